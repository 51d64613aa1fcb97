using System.Globalization;
using System.Net;
using RateLimited.Http.Admission;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Signals;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>A quota that is used up until tomorrow: how long it is held for, who finds out whether it is, and what ends it.</summary>
public sealed class UsedUpQuotaTests
{
    private const string Daily = """{"errorType":"RATE_LIMIT","policyName":"DAILY"}""";

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private bool _isUsedUp = true;
    private int _sent;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Until_the_accounts_midnight_one_request_an_hour_goes_and_then_all_do()
    {
        using var service = Service("hubspot", new CorrectionDefinition { AccountZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") });
        using var client = Client(service, Daily);
        await Send(client);

        // 2026 begins at midnight UTC, an hour after Berlin's: its next midnight is 23 hours on.
        for (var hour = 1; hour <= 22; hour++)
        {
            service.Limiter.EstimateWait().ShouldBe(Hour, $"hour {hour}");
            service.Time.Advance(Hour);
            await Send(client);
            _sent.ShouldBe(hour + 1);
        }

        service.Limiter.EstimateWait().ShouldBe(Hour);
        _isUsedUp = false;
        service.Time.Advance(Hour);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Send(client))).WithinTimeAsync(service.Time);
        service.Limiter.EstimateWait().ShouldNotBeNull().ShouldBeLessThan(TimeSpan.FromMilliseconds(26));
    }

    [Fact]
    public async Task One_that_succeeds_meanwhile_lets_all_go()
    {
        using var service = Service("hubspot", new CorrectionDefinition { AccountZone = TimeZoneInfo.Utc });
        using var client = Client(service, Daily);
        await Send(client);
        _isUsedUp = false;
        service.Time.Advance(Hour);

        var all = Enumerable.Range(0, 10).Select(_ => Send(client)).ToList();
        await Task.WhenAll(all).WithinTimeAsync(service.Time);

        _sent.ShouldBe(11);
        service.Limiter.EstimateWait().ShouldNotBeNull().ShouldBeLessThan(TimeSpan.FromMilliseconds(26));
    }

    [Fact]
    public async Task Whoever_waits_for_the_one_that_finds_out_goes_with_its_answer()
    {
        using var service = Service("hubspot", new CorrectionDefinition { AccountZone = TimeZoneInfo.Utc });
        var answer = new TaskCompletionSource<HttpResponseMessage>();
#pragma warning disable VSTHRD003 // It is answered below.
        using var client = service.Over((_, _) => ++_sent == 2 ? answer.Task : Task.FromResult(_sent == 1 ? Refusal(Daily) : new HttpResponseMessage()));
#pragma warning restore VSTHRD003
        await Send(client);
        service.Time.Advance(Hour);

        var all = Enumerable.Range(0, 5).Select(_ => Send(client)).ToList();
        _sent.ShouldBe(2);
        answer.SetResult(new HttpResponseMessage());

        await Task.WhenAll(all).WithinTimeAsync(service.Time);
        _sent.ShouldBe(6);
    }

    [Fact]
    public async Task Where_nobody_says_when_it_returns_one_in_ten_minutes_finds_out()
    {
        using var service = Service("hubspot", new CorrectionDefinition());
        using var client = Client(service, Daily);

        for (var i = 0; i < 10; i++)
        {
            await Send(client);
            service.Limiter.EstimateWait().ShouldBe(TimeSpan.FromMinutes(10));
            service.Time.Advance(TimeSpan.FromMinutes(10));
        }

        _sent.ShouldBe(10);
    }

    [Theory]
    [InlineData(31 * 24, 1)]
    [InlineData(3, 3)]
    public async Task A_days_window_of_which_nothing_is_left_is_believed_to_its_end_and_no_further_than_MaxExhausted(int believedHours, int goAtOnce)
    {
        using var service = Service("x", new CorrectionDefinition { MaxExhausted = TimeSpan.FromHours(believedHours) });
        var reset = service.Time.GetUtcNow().AddHours(20).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var answer = new TaskCompletionSource<HttpResponseMessage>();
#pragma warning disable VSTHRD003 // It is answered below.
        using var client = service.Over((_, _) => ++_sent == 1 ? Task.FromResult(Refusal(body: null, [("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", reset)])) : answer.Task);
#pragma warning restore VSTHRD003
        await Send(client);
        service.Time.Advance(TimeSpan.FromHours(5));

        var all = Enumerable.Range(0, 3).Select(_ => Send(client)).ToList();
        service.Time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => _sent == 1 + goAtOnce, "one that finds out, or everybody");
        service.Limiter.GetStatus().Line.Sum(static line => line.Waiting).ShouldBe(3 - goAtOnce);

        answer.SetResult(new HttpResponseMessage());
        await Task.WhenAll(all).WithinTimeAsync(service.Time);
    }

    [Fact]
    public async Task A_quota_of_one_endpoint_is_held_for_until_it_returns_and_the_others_are_not()
    {
        using var service = Service("x", new CorrectionDefinition(), "POST /2/tweets", "GET /2/users");
        var reset = service.Time.GetUtcNow().AddHours(20).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var client = service.Over((request, _) =>
        {
            _sent += request.Method == HttpMethod.Post ? 1 : 0;
            return Task.FromResult(request.Method == HttpMethod.Post && _isUsedUp ? Refusal(body: null, [("x-app-limit-24hour-remaining", "0"), ("x-app-limit-24hour-reset", reset)]) : new HttpResponseMessage());
        });
        await Send(client, HttpMethod.Post, "/2/tweets");

        var waiting = Send(client, HttpMethod.Post, "/2/tweets");
        (await Send(client, HttpMethod.Get, "/2/users")).ShouldBeTrue();
        waiting.IsCompleted.ShouldBeFalse();
        for (var hour = 1; hour <= 3; hour++)
        {
            service.Time.Advance(Hour);
            await waiting;
            _sent.ShouldBe(1 + hour, "one an hour finds out");
            waiting = Send(client, HttpMethod.Post, "/2/tweets");
        }

        // The twenty hours are over: all go, at a distance, and nobody asks first.
        service.Time.Advance(TimeSpan.FromHours(16));
        await waiting;
        _isUsedUp = false;
        service.Time.Advance(Hour);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Send(client, HttpMethod.Post, "/2/tweets"))).WithinTimeAsync(service.Time);
        service.Limiter.GetStatus().Limits.Select(static limit => limit.Name).ShouldContain("upstream cool-down");
    }

    [Fact]
    public async Task Each_endpoint_waits_for_its_own_refusal_alone()
    {
        using var service = Service("slack", new CorrectionDefinition(), "GET /a", "GET /b");
        var wait = "10";
        using var client = service.Over((_, _) => Task.FromResult(Refusal(body: null, ("retry-after", wait))));
        await Send(client, HttpMethod.Get, "/a");
        await Send(client, HttpMethod.Get, "/b");
        service.Time.Advance(TimeSpan.FromSeconds(10));
        wait = "60";
        await Send(client, HttpMethod.Get, "/a");

        service.Limiter.EstimateWait(new AdmissionRequest { Endpoint = "GET /a" }).ShouldBe(TimeSpan.FromMinutes(1));
        service.Limiter.EstimateWait(new AdmissionRequest { Endpoint = "GET /b" }).ShouldNotBeNull().ShouldBeLessThan(TimeSpan.FromMilliseconds(26));
    }

    [Fact]
    public async Task A_refusal_of_one_endpoint_without_a_word_of_how_long_holds_that_one_and_for_longer_each_time()
    {
        using var service = Service("slack", new CorrectionDefinition(), "GET /a", "GET /b");
        using var client = service.Over((_, _) => Task.FromResult(Refusal(body: null)));

        foreach (var seconds in (int[])[1, 2, 4])
        {
            await Send(client, HttpMethod.Get, "/a");
            service.Limiter.EstimateWait(new AdmissionRequest { Endpoint = "GET /a" }).ShouldBe(TimeSpan.FromSeconds(seconds));
            service.Limiter.EstimateWait(new AdmissionRequest { Endpoint = "GET /b" }).ShouldBe(TimeSpan.Zero);
            service.Time.Advance(TimeSpan.FromSeconds(seconds));
        }
    }

    private static LimitedService Service(string dialect, CorrectionDefinition correction, params string[] endpoints)
    {
        var service = new LimitedService(new ServiceDefinition
        {
            Name = Guid.NewGuid().ToString("n"),
            Limits = [LimitedService.Window(1000)],
            Endpoints = [.. endpoints.Select(static endpoint => new EndpointDefinition(endpoint, [], ServiceLimits: true))],
            ArrivalGuard = TimeSpan.Zero,
            Correction = correction,
            Queue = new QueueDefinition { Timeout = TimeSpan.FromDays(2) },
        });
        service.Pipeline.Settings = service.Pipeline.Settings with { Signals = new SignalReader(KnownDialects.Find(dialect), correction.MaxHint, correction.MaxExhausted) };
        return service;
    }

    private static HttpResponseMessage Refusal(string? body, params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage(HttpStatusCode.TooManyRequests) { Content = new StringContent(body ?? string.Empty) };
        foreach (var (name, value) in headers)
        {
            response.Headers.Add(name, value);
        }

        return response;
    }

    private static Task<bool> Send(HttpMessageInvoker client) => Send(client, HttpMethod.Get, "/");

    private static async Task<bool> Send(HttpMessageInvoker client, HttpMethod method, string path)
    {
        using var response = await client.SendAsync(new HttpRequestMessage(method, $"http://upstream{path}"), Ended);
        return response.IsSuccessStatusCode;
    }

    private HttpMessageInvoker Client(LimitedService service, string body) => service.Over((_, _) =>
    {
        _sent++;
        return Task.FromResult(_isUsedUp ? Refusal(body) : new HttpResponseMessage());
    });
}
