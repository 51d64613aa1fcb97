using System.Net;
using RateLimited.Http.Admission;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Resilience;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Pipeline;

public sealed class FallbackTests : IDisposable
{
    private static readonly Uri Address = new("https://upstream.test/v1/a%2Fb%3Fc?q=%20x");

    private readonly LimitedService _service = new(LimitedService.Window(1000));
    private readonly List<HttpRequestMessage> _backup = [];
    private HttpStatusCode _status = HttpStatusCode.OK;
    private HttpStatusCode _backupStatus = HttpStatusCode.OK;
    private Stream? _backupBody;
    private Exception? _failure;
    private int _sent;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public void Dispose() => _service.Dispose();

    [Fact]
    [Fault("PEERS_H7")]
    public async Task Another_client_is_asked_at_its_address_without_our_key_PEERS_H7()
    {
        _status = HttpStatusCode.InternalServerError;
        using var invoker = Falling(new FallbackRule { Client = "backup" });
        using var request = new HttpRequestMessage(HttpMethod.Get, Address) { Headers = { { "X-Api-Key", "secret" }, { "Accept", "text/plain" } } };

        var response = await invoker.SendAsync(request, Ended).WithinTimeAsync(_service.Time);

        (response.StatusCode, await response.Content.ReadAsStringAsync(Ended)).ShouldBe((HttpStatusCode.OK, "backup"));
        _backup.Single().RequestUri!.AbsoluteUri.ShouldBe("https://backup.test/base/v1/a%2Fb%3Fc?q=%20x");
        _backup[0].Headers.Select(static header => header.Key).ShouldBe(["Accept"]);
        request.RequestUri.ShouldBe(Address, "the caller's message is as it was");
        _sent.ShouldBe(3, "after the retries");
    }

    [Theory]
    [InlineData("POST", false)]
    [InlineData("PUT", true)]
    public async Task What_may_have_been_processed_is_done_elsewhere_only_if_twice_does_no_harm(string method, bool asked)
    {
        _failure = new HttpRequestException(HttpRequestError.ResponseEnded);
        using var invoker = Falling(new FallbackRule { Client = "backup" });
        using var request = new HttpRequestMessage(new HttpMethod(method), Address) { Content = new StringContent("x") };

        var sending = invoker.SendAsync(request, Ended).WithinTimeAsync(_service.Time);
        if (asked)
        {
            (await sending).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        else
        {
            (await sending.ShouldThrowAsync<HttpRequestException>()).ShouldBeSameAs(_failure);
        }

        _backup.Count.ShouldBe(asked ? 1 : 0);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(null)]
    public async Task A_client_that_fails_too_is_no_answer(HttpStatusCode? backup)
    {
        _status = HttpStatusCode.BadGateway;
        _backupStatus = backup ?? HttpStatusCode.Unused;
        using var invoker = Falling(new FallbackRule { Client = "backup" });

        (await invoker.SendAsync(Get(), Ended).WithinTimeAsync(_service.Time)).StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        _backup.Count.ShouldBe(1);
    }

    [Fact]
    [Fault("P01")]
    public async Task P01_whoever_stands_in_has_no_more_time_than_the_call()
    {
        _status = HttpStatusCode.BadGateway;
        _backupBody = new Trickle(_service.Time);
        using var client = new HttpClient(Chain(new FallbackRule { Client = "backup" }, TimeSpan.FromSeconds(30))) { Timeout = Timeout.InfiniteTimeSpan };

        await client.SendAsync(Get(), Ended).WithinTimeAsync(_service.Time).ShouldThrowAsync<OperationCanceledException>();

        _service.Time.GetTimestamp().ShouldBe(TimeSpan.FromSeconds(30).Ticks);
    }

    [Fact]
    public async Task A_request_that_stands_in_goes_to_no_third_client()
    {
        _status = HttpStatusCode.BadGateway;
        using var invoker = Falling(new FallbackRule { Client = "backup" });
        using var request = FallbackClient.RequestFor(Get(), baseAddress: null);

        await invoker.SendAsync(request, Ended).WithinTimeAsync(_service.Time);

        _backup.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_last_good_response_is_given_again_while_it_is_young()
    {
        using var invoker = Falling(new FallbackRule { StaleFor = TimeSpan.TicksPerMinute });
        var fresh = await invoker.SendAsync(Get(), Ended).WithinTimeAsync(_service.Time);
        (await fresh.Content.ReadAsStringAsync(Ended)).ShouldBe("answer 1");
        _failure = new HttpRequestException(HttpRequestError.ConnectionError);
        _service.Time.Advance(TimeSpan.FromSeconds(30));

        var stale = await invoker.SendAsync(Get(), Ended).WithinTimeAsync(_service.Time);

        (stale.StatusCode, await stale.Content.ReadAsStringAsync(Ended), stale.Headers.ETag!.Tag).ShouldBe((HttpStatusCode.OK, "answer 1", "\"e\""));
        stale.Headers.Age!.Value.TotalSeconds.ShouldBeInRange(30, 60);
        stale.Headers.GetValues("Cache-Status").Single().ShouldBe("RateLimited.Http; hit; detail=stale");
        stale.Headers.Contains("Set-Cookie").ShouldBeFalse();
        _service.Time.Advance(TimeSpan.FromMinutes(1));
        await invoker.SendAsync(Get(), Ended).WithinTimeAsync(_service.Time).ShouldThrowAsync<HttpRequestException>();
    }

    [Theory]
    [InlineData("X-Api-Key", "other", false)]
    [InlineData("Authorization", "Bearer other", false)]
    [InlineData("OpenAI-Organization", "other", false)]
    [InlineData("tenant", "other", false)]
    [InlineData("traceparent", "other", true)]
    public async Task Nobody_gets_what_was_answered_to_another(string header, string value, bool found)
    {
        using var invoker = Falling(new FallbackRule { StaleFor = TimeSpan.TicksPerHour });
        await invoker.SendAsync(Get(), Ended).WithinTimeAsync(_service.Time);
        _status = HttpStatusCode.BadGateway;
        var other = header == "tenant" ? Get().WithTenant(value) : Get();
        if (header != "tenant")
        {
            other.Headers.Add(header, value);
        }

        (await invoker.SendAsync(other, Ended).WithinTimeAsync(_service.Time)).StatusCode.ShouldBe(found ? HttpStatusCode.OK : HttpStatusCode.BadGateway);
    }

    [Fact]
    [Fault("PEERS_H9")]
    public async Task What_is_kept_is_bounded()
    {
        using var invoker = Falling(new FallbackRule { StaleFor = TimeSpan.TicksPerHour });
        for (var i = 0; i <= StaleResponses.MaxEntries; i++)
        {
            await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"https://upstream.test/{i}").WithoutRateLimiting(), Ended).WithinTimeAsync(_service.Time);
        }

        _service.Pipeline.Stale.Find(new HttpRequestMessage(HttpMethod.Get, "https://upstream.test/0"), TimeSpan.MaxValue).ShouldBeNull("the oldest made room");
        _service.Pipeline.Stale.Find(new HttpRequestMessage(HttpMethod.Get, "https://upstream.test/1"), TimeSpan.MaxValue).ShouldNotBeNull();
        using var large = new HttpResponseMessage { Content = new ByteArrayContent(new byte[StaleResponses.MaxBody + 1]) };
        using var secret = new HttpResponseMessage { Headers = { { "Cache-Control", "no-store" } } };
        StaleResponses.CanKeep(Get(), large).ShouldBeFalse();
        StaleResponses.CanKeep(Get(), secret).ShouldBeFalse();
    }

    [Theory]
    [InlineData(FallbackCause.Failed)]
    [InlineData(FallbackCause.Limited)]
    [InlineData(FallbackCause.CircuitOpen)]
    [InlineData(FallbackCause.Refused)]
    public async Task The_programs_own_answer_is_told_why_and_only_asked_when_it_is_meant(FallbackCause cause)
    {
        var causes = new List<FallbackCause>();
        FallbackRule Rule(FallbackCause meant) => new()
        {
            Causes = System.Collections.Frozen.FrozenSet.ToFrozenSet([meant]),
            Respond = (_, why, _) =>
            {
                causes.Add(why);
                return ValueTask.FromResult<HttpResponseMessage?>(new HttpResponseMessage(HttpStatusCode.Accepted));
            },
        };
        await BringAboutAsync(cause);

        using (var meant = Falling(Rule(cause)))
        {
            (await meant.SendAsync(Get(), Ended).WithinTimeAsync(_service.Time)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        }

        using var other = Falling(Rule(cause == FallbackCause.Failed ? FallbackCause.Limited : FallbackCause.Failed));
        var handedOver = await other.SendAsync(Get(), Ended).WithinTimeAsync(_service.Time).ContinueWith(static sent => sent.IsFaulted || sent.Result.StatusCode != HttpStatusCode.Accepted, TaskScheduler.Default);

        handedOver.ShouldBeTrue();
        causes.ShouldBe([cause]);
    }

    [Fact]
    public async Task A_caller_who_gave_up_gets_nothing_in_its_place()
    {
        using var cancellation = new CancellationTokenSource();
        using var invoker = Falling(new FallbackRule { Respond = static (_, _, _) => throw new InvalidOperationException("nobody is there") });
        _status = HttpStatusCode.BadGateway;
        var sending = invoker.SendAsync(Get(), cancellation.Token);
        await cancellation.CancelAsync();

        await sending.WithinDeadlineAsync().ShouldThrowAsync<OperationCanceledException>();
    }

    private static HttpRequestMessage Get() => new(HttpMethod.Get, Address);

    private async Task BringAboutAsync(FallbackCause cause)
    {
        _status = cause switch
        {
            FallbackCause.Failed => HttpStatusCode.BadGateway,
            FallbackCause.Limited => HttpStatusCode.TooManyRequests,
            _ => HttpStatusCode.OK,
        };
        if (cause == FallbackCause.CircuitOpen)
        {
            _service.Pipeline.Resilience.Isolate();
        }

        if (cause == FallbackCause.Refused)
        {
            _service.Limiter.Apply(_service.Limiter.Definition with { Limits = [LimitedService.Window(1)], Queue = new QueueDefinition { Length = 0 } });
            using var first = Falling(new FallbackRule());
            await first.SendAsync(Get(), Ended);
        }
    }

    private HttpMessageInvoker Falling(FallbackRule rule) => new(Chain(rule, total: null));

    private HttpMessageHandler Chain(FallbackRule rule, TimeSpan? total)
    {
        _service.With(ResilientChain.Usual with { Fallback = rule, TotalTimeout = total });
        var pipeline = new ServicePipeline(_service.Limiter, _service.Pipeline.Settings)
        {
            Clients = _ => new HttpClient(new StubHandler((request, _) =>
            {
                _backup.Add(request);
                return _backupStatus == HttpStatusCode.Unused ? throw new HttpRequestException(HttpRequestError.ConnectionError) : Task.FromResult(new HttpResponseMessage(_backupStatus) { Content = _backupBody is { } body ? new StreamContent(body) : new StringContent("backup") });
            }))
            {
                BaseAddress = new Uri("https://backup.test/base/"),
            },
        };
        return rule.Client is null ? _service.Chain(Upstream()) : new ResilienceHandler(pipeline) { InnerHandler = Upstream() };
    }

    private StubHandler Upstream() => new((_, _) =>
    {
        _sent++;
        return _failure is not null ? throw _failure : Task.FromResult(new HttpResponseMessage(_status)
        {
            Content = new StringContent($"answer {_sent}"),
            Headers = { { "ETag", "\"e\"" }, { "Set-Cookie", "a=b" } },
        });
    });

    /// <summary>A byte a second, without end.</summary>
    private sealed class Trickle(TimeProvider time) : MemoryStream
    {
        public override bool CanSeek => false;

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
                await destination.WriteAsync(new byte[1], cancellationToken);
            }
        }
    }
}
