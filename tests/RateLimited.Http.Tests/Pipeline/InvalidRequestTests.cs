using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Admission;
using RateLimited.Http.Configuration;
using RateLimited.Http.Limits;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Configuration;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>Nobody is banned for requests that the upstream takes for invalid.</summary>
public sealed class InvalidRequestTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData(401, 1)]
    [InlineData(403, 2)]
    public async Task Discord_never_bans_who_has_its_preset(int status, int every)
    {
        var upstream = await CallAsync(Preset(), status, every, calls: (9_999 * every) + 100);

        upstream.Books.Banned.ShouldBe(0);
        upstream.Books.Elapsed.ShouldBeGreaterThan(Window, "nobody went before there was room again");
    }

    [Fact]
    public async Task Discord_bans_who_does_not_count()
    {
        var options = Preset();
        options.InvalidRequests.Enabled = false;

        (await CallAsync(options, status: 401, every: 1, calls: 10_100)).Books.Banned.ShouldBe(100);
    }

    [Theory]
    [InlineData(401, true)]
    [InlineData(403, true)]
    [InlineData(429, true)]
    [InlineData(404, false)]
    [InlineData(500, false)]
    [InlineData(200, false)]
    public async Task Statuses_count_that_are_said_to(int status, bool counts)
    {
        using var service = Service(quota: 5);
        await SendAsync(service, status);
        Used(service).ShouldBe(counts ? 1 : 0);
    }

    [Theory]
    [InlineData("shared", 0)]
    [InlineData("user", 1)]
    [InlineData("global", 1)]
    public async Task A_refusal_of_what_others_use_too_does_not_count(string scope, long used)
    {
        using var service = Service(quota: 5);
        await SendAsync(service, 429, ("x-ratelimit-scope", scope), ("x-ratelimit-bucket", "a"), ("x-ratelimit-limit", "5"), ("x-ratelimit-remaining", "3"));
        Used(service).ShouldBe(used);
    }

    [Fact]
    public async Task What_never_left_does_not_count_and_what_was_not_answered_does()
    {
        using var service = Service(quota: 5);
        await Should.ThrowAsync<HttpRequestException>(() => FailAsync(new HttpRequestException(HttpRequestError.ConnectionError)));
        Used(service).ShouldBe(0);

        await Should.ThrowAsync<HttpRequestException>(() => FailAsync(new HttpRequestException(HttpRequestError.ResponseEnded)));
        await Should.ThrowAsync<OperationCanceledException>(() => FailAsync(new OperationCanceledException()));
        Used(service).ShouldBe(2);

        async Task FailAsync(Exception failure)
        {
            using var client = service.Over((_, _) => throw failure);
            using var request = new HttpRequestMessage(HttpMethod.Get, "http://upstream.test/");
            await client.SendAsync(request, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Who_waits_for_those_under_way_goes_when_one_was_valid_and_else_when_the_window_lets_it()
    {
        using var service = Service(quota: 2);
        var cancellation = TestContext.Current.CancellationToken;
        var answers = new ConcurrentQueue<TaskCompletionSource<HttpResponseMessage>>();
        var calls = new List<Task<HttpResponseMessage>>();
        using var client = service.Over((_, _) =>
        {
            var answer = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
            answers.Enqueue(answer);
            return answer.Task;
        });
        for (var i = 0; i < 4; i++)
        {
            calls.Add(client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://upstream.test/"), cancellation));
        }

        answers.Count.ShouldBe(2);
        service.Limiter.EstimateWait().ShouldBeNull("nobody knows what the answers will be");

        Next().SetResult(new HttpResponseMessage(HttpStatusCode.OK));
        await Eventually.TrueAsync(() => answers.Count == 2);
        Next().SetResult(new HttpResponseMessage(HttpStatusCode.Unauthorized));
        Next().SetResult(new HttpResponseMessage(HttpStatusCode.Unauthorized));
        await Eventually.TrueAsync(() => calls.Count(static call => call.IsCompleted) == 3 && service.Limiter.EstimateWait() == Window);
        answers.ShouldBeEmpty();

        service.Time.Advance(Window);
        await Eventually.TrueAsync(() => answers.Count == 1);
        Next().SetResult(new HttpResponseMessage(HttpStatusCode.OK));
        await Task.WhenAll(calls);
        Used(service).ShouldBe(0);

        TaskCompletionSource<HttpResponseMessage> Next() => answers.TryDequeue(out var next) ? next : throw new Xunit.Sdk.XunitException("Nothing is under way.");
    }

    [Fact]
    public void Work_that_is_not_http_counts_where_it_says_that_it_was_limited()
    {
        using var service = Service(quota: 5);
        using (var lease = service.Limiter.TryAcquire().Lease)
        {
            Used(service).ShouldBe(1);
        }

        Used(service).ShouldBe(0);
        service.Limiter.Record(new RequestOutcome { Limited = true });
        Used(service).ShouldBe(1);
    }

    [Fact]
    public async Task Endpoints_without_the_services_limits_are_counted_too()
    {
        using var service = new LimitedService(Definition(5) with { Endpoints = [new EndpointDefinition("GET /apart", [], ServiceLimits: false)] });
        await SendAsync(service, 401);
        service.Limiter.TryAcquire(new AdmissionRequest { Endpoint = "GET /apart" }).Lease!.Dispose();
        for (var i = 0; i < 4; i++)
        {
            await SendAsync(service, 401);
        }

        service.Limiter.TryAcquire(new AdmissionRequest { Endpoint = "GET /apart" }).Limit.ShouldBe(InvalidRequestsDefinition.Name);
    }

    [Fact]
    public async Task It_changes_while_running_and_what_was_counted_stays_counted()
    {
        var source = new ReloadableSource(("Services:a:Limits", "1000/s"));
        using var container = Configured.Container(source.Root(), services =>
        {
            services.AddSingleton<TimeProvider>(_time);
            services.AddHttpClient("a").AddServiceRateLimiting().ConfigurePrimaryHttpMessageHandler(static () => new StubHandler(static (_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.Unauthorized))));
        });
        using var client = container.GetRequiredService<IHttpClientFactory>().CreateClient("a");
        var limiter = container.GetRequiredKeyedService<IServiceRateLimiter>("a");
        limiter.GetStatus().Limits.Count.ShouldBe(1);

        source.Change(("Services:a:InvalidRequests", "3/10 minutes"));
        for (var i = 0; i < 3; i++)
        {
            using var response = await client.GetAsync(new Uri("http://upstream.test/"), TestContext.Current.CancellationToken);
        }

        limiter.TryAcquire().Limit.ShouldBe(InvalidRequestsDefinition.Name);

        source.Change(("Services:a:InvalidRequests", "4/10 minutes"));
        (limiter.GetStatus().Limits[^1].Used, limiter.TryAcquire().IsAdmitted).ShouldBe((3, true));
        source.Change(("Services:a:InvalidRequests", "false"));
        limiter.GetStatus().Limits.Count.ShouldBe(1);
    }

    private static ServiceRateLimitingOptions Preset() => new() { Preset = "discord", ArrivalGuard = TimeSpan.Zero };

    /// <summary>Calls one after the other, each as soon as it may go, an upstream that answers some by a failure.</summary>
    private static async Task<Upstream> CallAsync(ServiceRateLimitingOptions options, int status, int every, int calls)
    {
        using var service = new LimitedService(DefinitionCompiler.Service("discord", options));
        var upstream = Upstream.Preset("discord").WithoutLimits().Fault(Testing.Faults.Fault.Status(status).Every(every)).Time(service.Time).Build();
        using var client = service.Client(new Uri("https://discord.test/"), upstream.CreateHandler());
        for (var i = 0; i < calls; i++)
        {
            if (service.Limiter.EstimateWait() is { Ticks: > 0 } wait)
            {
                service.Time.Advance(wait);
            }

            using var response = await client.GetAsync("api", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        }

        return upstream;
    }

    private static ServiceDefinition Definition(long quota) => new()
    {
        Name = "invalid",
        Limits = [LimitedService.Window(1_000_000)],
        ArrivalGuard = TimeSpan.Zero,
        FaultThrottle = false,
        Queue = new QueueDefinition { Timeout = 2 * Window },
        InvalidRequests = new InvalidRequestsDefinition(new InvalidRequests(quota, Window.Ticks), [401, 403, 429]),
    };

    private static LimitedService Service(long quota) => new(Definition(quota));

    private static long Used(LimitedService service) => service.Limiter.GetStatus().Limits.Single(static limit => limit.Name == InvalidRequestsDefinition.Name).Used;

    private static async Task SendAsync(LimitedService service, int status, params (string Name, string Value)[] headers)
    {
        using var client = service.Over((_, _) =>
        {
            var response = new HttpResponseMessage((HttpStatusCode)status);
            foreach (var (name, value) in headers)
            {
                response.Headers.TryAddWithoutValidation(name, value);
            }

            return Task.FromResult(response);
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://upstream.test/");
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        ((int)answer.StatusCode).ShouldBe(status);
    }
}
