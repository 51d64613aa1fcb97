using System.Net;
using System.Text;
using RateLimited.Http.Admission;
using RateLimited.Http.Configuration;
using RateLimited.Http.Limits;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Signals.Classification;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>What a response says reaches the limits, the line and the handlers around, and the caller gets the response as it came.</summary>
public sealed class ResponseSignalsTests : IDisposable
{
    private readonly LimitedService _service = new(LimitedService.Window(1000));

    private TimeSpan? Wait => _service.Limiter.EstimateWait();

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task What_remains_is_what_may_go()
    {
        await Answer(200, ("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", "2"), ("x-ratelimit-reset", "30"));
        Wait.ShouldBe(TimeSpan.Zero);
        await Answer(200);
        await Answer(200);

        Wait.ShouldBe(Seconds(30));
        var status = _service.Limiter.GetStatus().Limits.Single(static limit => limit.Name.StartsWith("upstream", StringComparison.Ordinal));
        (status.Quota, status.Used, status.Remaining).ShouldBe((100, 100, 0));
        _service.Time.Advance(Seconds(30));
        Wait.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task The_configured_limit_holds_however_much_the_upstream_says_remains()
    {
        using var small = new LimitedService(LimitedService.Window(2));
        for (var i = 0; i < 2; i++)
        {
            await Send(small, 200, body: null, ("x-ratelimit-limit", "1000000"), ("x-ratelimit-remaining", "999999"), ("x-ratelimit-reset", "30"));
        }

        small.Limiter.EstimateWait().ShouldBe(TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 60)]
    public async Task An_upstream_that_is_trusted_may_widen_the_configured_limit(bool isTrusted, int wait)
    {
        using var trusting = new LimitedService(Definition(LimitedService.Window(2)) with { Correction = new CorrectionDefinition { TrustUpstream = isTrusted } });
        for (var i = 0; i < 2; i++)
        {
            await Send(trusting, 200, body: null, ("ratelimit", "\"default\";r=50;t=60"), ("ratelimit-policy", "\"default\";q=100;w=60"));
        }

        trusting.Limiter.EstimateWait().ShouldBe(Seconds(wait));
    }

    [Fact]
    public async Task An_upstream_that_is_trusted_widens_no_pace()
    {
        using var service = new LimitedService(DefinitionCompiler.Service("a", new ServiceRateLimitingOptions { ArrivalGuard = TimeSpan.Zero, TrustUpstream = true }.Limit("48/day pace even")));
        for (var i = 0; i < 2; i++)
        {
            await Send(service, 200, body: null, ("ratelimit", "\"default\";r=90;t=86400"), ("ratelimit-policy", "\"default\";q=100;w=86400"));
        }

        service.Limiter.EstimateWait().ShouldBe(TimeSpan.FromMinutes(30));
    }

    [Fact]
    public async Task A_refusal_holds_everybody_for_as_long_as_it_says()
    {
        await Answer(429, ("retry-after", "7"));

        Wait.ShouldBe(Seconds(7));
        _service.Limiter.GetStatus().Pause.ShouldBe(Seconds(7));
        _service.Time.Advance(Seconds(7));
        Wait.ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [Fault("H02")]
    [InlineData("2147483647")]
    [InlineData("99999999999")]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT")]
    public async Task H02_no_refusal_holds_anybody_for_longer_than_is_believed(string wait)
    {
        await Answer(429, ("retry-after", wait));

        _service.Limiter.GetStatus().Pause.ShouldBeLessThanOrEqualTo(TimeSpan.FromHours(1));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(404)]
    [InlineData(301)]
    public async Task A_wait_on_what_is_no_refusal_holds_nobody(int status)
    {
        await Answer(status, ("retry-after", "53"));

        Wait.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task An_overloaded_upstream_is_left_alone_for_as_long_as_it_says()
    {
        await Answer(503, ("retry-after", "5"));

        Wait.ShouldBe(Seconds(5));
    }

    [Fact]
    public async Task Refusals_without_a_word_hold_for_longer_each_time()
    {
        foreach (var expected in (double[])[1, 2, 4])
        {
            await Answer(429);
            _service.Limiter.GetStatus().Pause.ShouldBe(TimeSpan.FromSeconds(expected));
            _service.Time.Advance(TimeSpan.FromSeconds(expected));
        }
    }

    [Fact]
    public async Task GitHubs_hidden_limit_holds_for_a_minute_and_for_longer_each_time()
    {
        foreach (var minutes in (int[])[1, 2, 4])
        {
            await Send(_service, 403, """{"message":"You have exceeded a secondary rate limit."}""", ("x-ratelimit-remaining", "4000"), ("x-ratelimit-limit", "5000"), ("x-ratelimit-reset", "3000"));
            _service.Limiter.GetStatus().Pause.ShouldBe(TimeSpan.FromMinutes(minutes));
            _service.Time.Advance(TimeSpan.FromMinutes(minutes));
        }
    }

    [Fact]
    public async Task Refusals_of_what_was_under_way_together_count_once()
    {
        var gates = Enumerable.Range(0, 5).Select(static _ => new TaskCompletionSource<HttpResponseMessage>()).ToArray();
        var next = 0;
#pragma warning disable VSTHRD003 // The gates are opened below.
        using var client = _service.Over((_, _) => gates[next++].Task);
#pragma warning restore VSTHRD003
        var calls = Enumerable.Range(0, 5).Select(_ => client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://upstream/"), CancellationToken.None)).ToArray();
        _service.Time.Advance(Seconds(1));
        foreach (var gate in gates)
        {
            gate.SetResult(new HttpResponseMessage(HttpStatusCode.TooManyRequests));
        }

        await Task.WhenAll(calls);
        _service.Limiter.GetStatus().Pause.ShouldBe(Seconds(1));
    }

    [Fact]
    public async Task A_missing_permission_is_no_refusal()
    {
        await Answer(403, ("x-ratelimit-limit", "60"), ("x-ratelimit-remaining", "33"), ("x-ratelimit-reset", "30"));

        Wait.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task What_a_failure_means_is_noted_on_the_request()
    {
        using var client = _service.Over(static (_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.TooManyRequests)
        {
            Content = new StringContent("""{"error":{"type":"insufficient_quota","code":"insufficient_quota","message":"You exceeded your current quota"}}"""),
        }));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://upstream/");

        using var response = await client.SendAsync(request, CancellationToken.None);

        ResponseVerdicts.Of(request).Kind.ShouldBe(ResponseKind.Exhausted);
        _service.Limiter.GetStatus().Pause.ShouldBe(TimeSpan.FromHours(1));
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("insufficient_quota");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(64 * 1024)]
    [InlineData(300_000)]
    public async Task The_body_of_a_failure_is_there_as_a_whole(int length)
    {
        var bytes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("0123456789", (length / 10) + 1)))[..length];
        using var client = _service.Over((_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.InternalServerError)
        {
            Content = new StreamContent(new MemoryStream(bytes)) { Headers = { { "X-Own", "kept" } } },
        }));

        using var response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://upstream/"), CancellationToken.None);

        (await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBe(bytes);
        response.Content.Headers.GetValues("X-Own").ShouldBe(["kept"]);
    }

    [Fact]
    public async Task A_failure_whose_body_stalls_is_answered_nevertheless()
    {
        using var client = _service.Over(static (_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.TooManyRequests)
        {
            Content = new StreamContent(new StalledStream("{\"error\":"u8.ToArray())),
        }));

        var call = client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://upstream/"), CancellationToken.None);
        call.IsCompleted.ShouldBeFalse();
        _service.Time.Advance(Seconds(2));

        (await call).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task A_blocking_call_is_answered_too_when_the_body_of_its_failure_stalls()
    {
        using var client = _service.Over(static (_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.TooManyRequests)
        {
            Content = new StreamContent(new StalledStream("{\"error\":"u8.ToArray())),
        }));
        var armed = _service.Time.ArmedTimers;

        var call = Task.Run(() => client.Send(new HttpRequestMessage(HttpMethod.Get, "http://upstream/"), CancellationToken.None), TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => _service.Time.ArmedTimers > armed);
        _service.Time.Advance(Seconds(2));

        (await call.WithinDeadlineAsync()).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task A_used_up_quota_holds_also_where_a_limit_is_said_to_return_sooner()
    {
        await Send(_service, 429, """{"error":{"code":"insufficient_quota"}}""", ("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1"));

        Wait!.Value.ShouldBeGreaterThanOrEqualTo(Seconds(1));
        _service.Limiter.GetStatus().Pause.ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Fact]
    public async Task Nothing_left_and_nobody_says_until_when_holds_for_longer_each_time()
    {
        foreach (var expected in (int[])[1, 2, 4])
        {
            await Answer(429, ("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", "0"));
            _service.Limiter.GetStatus().Pause.ShouldBe(Seconds(expected));
            _service.Time.Advance(Seconds(expected));
        }
    }

    [Fact]
    public async Task A_refusal_of_one_endpoint_holds_that_endpoint_alone()
    {
        using var service = new LimitedService(Definition(LimitedService.Window(1000)) with
        {
            Endpoints = [new EndpointDefinition("GET /search", [], ServiceLimits: true)],
        });
        await Send(service, 429, null, "/search", ("x-ratelimit-limit", "30"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "20"), ("x-ratelimit-resource", "search"));

        service.Limiter.EstimateWait(new AdmissionRequest { Endpoint = "GET /search" }).ShouldBe(Seconds(20));
        service.Limiter.EstimateWait().ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task Requests_that_another_of_the_upstreams_limits_counted_are_given_back()
    {
        await Answer(200, ("x-ratelimit-limit", "30"), ("x-ratelimit-remaining", "20"), ("x-ratelimit-reset", "60"), ("x-ratelimit-resource", "search"));
        for (var i = 0; i < 100; i++)
        {
            await Answer(200, ("x-ratelimit-limit", "5000"), ("x-ratelimit-remaining", $"{4900 - i}"), ("x-ratelimit-reset", "3600"), ("x-ratelimit-resource", "core"));
        }

        Wait.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task Nobody_grows_the_list_of_limits_without_end()
    {
        for (var i = 0; i < 200; i++)
        {
            await Answer(200, ("x-ratelimit-limit", "30"), ("x-ratelimit-remaining", "20"), ("x-ratelimit-reset", "60"), ("x-ratelimit-resource", $"made-up-{i}"));
        }

        _service.Limiter.GetStatus().Limits.Count.ShouldBeLessThanOrEqualTo(33);
    }

    [Fact]
    public async Task Fixed_windows_come_into_step_with_the_upstreams()
    {
        using var service = new LimitedService(new LimitDefinition("minute", UnitCost.Requests, new FixedWindow(10, TimeSpan.TicksPerMinute)));
        await Send(service, 200, body: null, ("ratelimit", "\"default\";r=9;t=20"), ("ratelimit-policy", "\"default\";q=10;w=60"));
        for (var i = 0; i < 9; i++)
        {
            await Send(service, 200, body: null);
        }

        // The upstream's window ends in 20 s, the clock's in 60 s: the next of the upstream's after that ends in 80 s.
        service.Limiter.GetStatus().Limits[0].ResetAfter.ShouldBe(Seconds(80));
    }

    [Fact]
    public async Task Of_an_unknown_upstream_one_request_asks_before_many_follow()
    {
        using var service = new LimitedService(Definition() with { Correction = new CorrectionDefinition { Discover = true } });
        var (first, answered) = (new TaskCompletionSource<HttpResponseMessage>(), 0);
#pragma warning disable VSTHRD003 // It is answered below.
        using var client = service.Over((_, _) => Interlocked.Increment(ref answered) == 1 ? first.Task : Task.FromResult(Reported(49 - ((answered - 1) % 50))));
#pragma warning restore VSTHRD003
        var calls = Enumerable.Range(0, 60).Select(_ => client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://upstream/"), CancellationToken.None)).ToArray();
        answered.ShouldBe(1);

        first.SetResult(Reported(49));
        await Task.WhenAll(calls[..50]);

        answered.ShouldBe(50);
        service.Limiter.GetStatus().Line.Sum(static line => line.Waiting).ShouldBe(10);
        service.Limiter.EstimateWait()!.Value.ShouldBe(Seconds(30));
        service.Time.Advance(Seconds(30));
        await Task.WhenAll(calls);

        static HttpResponseMessage Reported(int remaining)
        {
            var response = new HttpResponseMessage(HttpStatusCode.OK);
            response.Headers.Add("x-ratelimit-limit", "50");
            response.Headers.Add("x-ratelimit-remaining", $"{Math.Max(remaining, 0)}");
            response.Headers.Add("x-ratelimit-reset", "30");
            return response;
        }
    }

    [Fact]
    public async Task Of_an_upstream_that_never_says_anything_nobody_waits_for_long()
    {
        using var service = new LimitedService(Definition() with { Correction = new CorrectionDefinition { Discover = true } });
        for (var i = 0; i < SlowStart.Enough; i++)
        {
            await Send(service, 200, body: null);
        }

        var leases = Enumerable.Range(0, 1000).Select(_ => service.Limiter.TryAcquire().Lease).ToList();
        leases.ShouldAllBe(static lease => lease != null);
    }

    [Fact]
    public async Task A_reload_keeps_what_responses_told_and_says_anew_for_how_long_it_is_believed()
    {
        using var service = new LimitedService(Definition(LimitedService.Window(1000)));
        await Send(service, 200, body: null, ("x-ratelimit-limit", "50"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "3000"));
        var definition = service.Limiter.Definition;

        service.Limiter.Apply(definition with { Limits = [LimitedService.Window(500)] });
        service.Limiter.EstimateWait().ShouldBe(Seconds(3000));

        service.Limiter.Apply(definition with { Correction = new CorrectionDefinition { MaxHint = Seconds(60) } });
        service.Limiter.EstimateWait().ShouldNotBeNull().ShouldBeInRange(Seconds(60), Seconds(61));

        // What is learned and not only believed is there when it was said long ago.
        service.Limiter.Apply(definition with { Correction = new CorrectionDefinition { TrustUpstream = true, MaxHint = Seconds(60) } });
        service.Time.Advance(TimeSpan.FromHours(5));
        service.Limiter.GetStatus().Limits.Single(static limit => limit.Name.StartsWith("upstream", StringComparison.Ordinal)).Quota.ShouldBe(50);

        // After that long others may have used it: a sixteenth asks, and the rest goes when nobody has said anything for a second.
        Enumerable.Range(0, 60).Count(_ => service.Limiter.TryAcquire().IsAdmitted).ShouldBe(3);
        service.Time.Advance(Seconds(1));
        Enumerable.Range(0, 60).Count(_ => service.Limiter.TryAcquire().IsAdmitted).ShouldBe(47);
    }

    [Fact]
    public async Task A_reload_keeps_what_was_discovered_and_asks_nobody_again()
    {
        var definition = Definition() with { Correction = new CorrectionDefinition { Discover = true } };
        using var service = new LimitedService(definition);
        await Send(service, 200, body: null, ("x-ratelimit-limit", "50"), ("x-ratelimit-remaining", "49"), ("x-ratelimit-reset", "30"));

        service.Limiter.Apply(definition with { Queue = new QueueDefinition { Length = 5 } });

        // That the window is ours alone is not known yet: a quarter goes at once, and the rest when nobody has said anything for a second.
        Enumerable.Range(0, 60).Count(_ => service.Limiter.TryAcquire().IsAdmitted).ShouldBe(12);
        service.Time.Advance(Seconds(1));
        Enumerable.Range(0, 60).Count(_ => service.Limiter.TryAcquire().IsAdmitted).ShouldBe(37);
    }

    private static ServiceDefinition Definition(params LimitDefinition[] limits) =>
        new() { Name = Guid.NewGuid().ToString("n"), Limits = limits, ArrivalGuard = TimeSpan.Zero };

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);

    private static Task Send(LimitedService service, int status, string? body, params (string Name, string Value)[] headers) => Send(service, status, body, "/", headers);

    private static async Task Send(LimitedService service, int status, string? body, string path, params (string Name, string Value)[] headers)
    {
        using var client = service.Over((_, _) =>
        {
            var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body ?? string.Empty) };
            foreach (var (name, value) in headers)
            {
#pragma warning disable RS0030 // As it comes off the wire.
                response.Headers.TryAddWithoutValidation(name, value);
#pragma warning restore RS0030
            }

            return Task.FromResult(response);
        });
        using var response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://upstream" + path), CancellationToken.None);
    }

    private Task Answer(int status, params (string Name, string Value)[] headers) => Send(_service, status, body: null, headers);

    /// <summary>A few bytes, and then nothing.</summary>
    private sealed class StalledStream(byte[] head) : MemoryStream(head)
    {
        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = Read(buffer.Span);
            if (read == 0)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return read;
        }
    }
}
