using System.Net;
using System.Net.Http.Headers;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Resilience;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Pipeline;

public sealed class ResilienceHandlerTests : IDisposable
{
    private static readonly Uri Address = new("https://upstream.test/a/b");

    private readonly LimitedService _service = new LimitedService(LimitedService.Window(1000)).With(ResilientChain.Usual);
    private int _sent;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task A_success_gets_the_inner_task_itself()
    {
        var answer = Task.FromResult(new HttpResponseMessage());
        using var invoker = new HttpMessageInvoker(_service.Chain(StubHandler.Always(answer)));

        var sending = invoker.SendAsync(Get(), Ended);

        sending.ShouldBeSameAs(answer);
        (await sending).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task With_everything_off_nothing_is_repeated_and_nothing_opens()
    {
        _service.With(ResilienceRule.Nothing);
        using var invoker = Answering(HttpStatusCode.ServiceUnavailable);

        for (var i = 0; i < 100; i++)
        {
            (await invoker.SendAsync(Get(), Ended)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        }

        _sent.ShouldBe(100);
    }

    [Fact]
    public async Task A_service_that_is_disabled_is_not_touched()
    {
        _service.Limiter.Apply(_service.Limiter.Definition with { Mode = RateLimitMode.Disabled });
        using var invoker = Answering(HttpStatusCode.ServiceUnavailable);

        (await invoker.SendAsync(Get(), Ended)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        _sent.ShouldBe(1);
    }

    [Fact]
    [Fault("PEERS_H4")]
    public async Task Every_attempt_is_admitted_anew_and_no_permit_is_held_while_backing_off()
    {
        using var invoker = Answering(HttpStatusCode.InternalServerError, HttpStatusCode.BadGateway, HttpStatusCode.OK);

        var sending = invoker.SendAsync(Get(), Ended);
        await Eventually.TrueAsync(() => _service.Time.ArmedTimers > 0);
        _service.InFlight.ShouldBe(0);

        (await sending.WithinTimeAsync(_service.Time)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (_sent, _service.Used, _service.InFlight).ShouldBe((3, 3L, 0));
    }

    [Fact]
    public async Task The_last_failure_is_handed_over_when_no_attempt_is_left()
    {
        using var invoker = Answering(HttpStatusCode.InternalServerError);

        (await invoker.SendAsync(Get(), Ended).WithinTimeAsync(_service.Time)).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        _sent.ShouldBe(3);
    }

    [Fact]
    [Fault("H12")]
    public async Task An_exception_that_is_handed_over_says_why_it_was_not_repeated_H12()
    {
        using var invoker = _service.Through((_, _) => throw new HttpRequestException(HttpRequestError.ResponseEnded));
        using var post = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new StringContent("x") };

        var exception = await Should.ThrowAsync<HttpRequestException>(() => invoker.SendAsync(post, Ended));

        exception.Data["RateLimited.Http.NotRepeated"].ShouldBeOfType<string>().ShouldContain("Idempotency-Key");
    }

    [Theory]
    [Fault("H15")]
    [InlineData("POST", false, false, 1)]
    [InlineData("POST", true, false, 3)]
    [InlineData("POST", false, true, 3)]
    [InlineData("PATCH", false, false, 1)]
    [InlineData("GET", false, false, 3)]
    [InlineData("PUT", false, false, 3)]
    [InlineData("DELETE", false, false, 3)]
    public async Task H15_an_unsafe_method_is_repeated_after_a_timeout_only_if_that_does_no_harm(string method, bool hasKey, bool isSaid, int sent)
    {
        _service.With(ResilientChain.Usual with { AttemptTimeout = TimeSpan.FromSeconds(2) });
        using var invoker = _service.Through(async (_, token) =>
        {
            _sent++;
            await Task.Delay(Timeout.InfiniteTimeSpan, _service.Time, token);
            return new HttpResponseMessage();
        });
        using var request = new HttpRequestMessage(new HttpMethod(method), Address);
        if (hasKey)
        {
            request.Headers.Add("Idempotency-Key", "k");
        }

        if (isSaid)
        {
            request.WithRepeatable();
        }

        var timeout = await invoker.SendAsync(request, Ended).WithinTimeAsync(_service.Time).CancelledAsync();

        timeout.InnerException.ShouldBeOfType<TimeoutException>().Message.ShouldContain("AttemptTimeout");
        _sent.ShouldBe(sent);
    }

    [Fact]
    public async Task A_429_waits_as_long_as_it_says_and_not_one_base_longer()
    {
        using var invoker = _service.Through((_, _) => Task.FromResult(_sent++ == 0 ? Refusal(7) : new HttpResponseMessage()));

        var sending = invoker.SendAsync(Post(), Ended);
        _service.Time.Advance(TimeSpan.FromSeconds(7) - TimeSpan.FromTicks(1));
        await Task.Delay(20, Ended);
        _sent.ShouldBe(1);
        _service.Time.Advance(TimeSpan.FromSeconds(0.5) + TimeSpan.FromTicks(1));

        (await sending.WithinTimeAsync(_service.Time)).StatusCode.ShouldBe(HttpStatusCode.OK);
        _sent.ShouldBe(2);
    }

    [Theory]
    [Fault("H02")]
    [InlineData("3600")]
    [InlineData("2147483647")]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT")]
    [Fault("PEERS_H3")]
    public async Task H02_a_hostile_wait_hands_the_response_over_at_once_PEERS_H3(string wait)
    {
        using var invoker = _service.Through((_, _) =>
        {
            _sent++;
            var response = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
            response.Headers.Add("Retry-After", wait);
            return Task.FromResult(response);
        });

        var response = await invoker.SendAsync(Get(), Ended).WithinDeadlineAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        response.Headers.NonValidated["Retry-After"].ToString().ShouldBe(wait);
        _sent.ShouldBe(1);
    }

    [Fact]
    [Fault("H08")]
    public async Task H08_waits_just_under_the_cap_end_with_the_total_time()
    {
        _service.With(ResilientChain.Usual with { TotalTimeout = TimeSpan.FromSeconds(70), Retry = new RetryRule { MaxRetries = 20 } });
        using var invoker = _service.Through((_, _) =>
        {
            _sent++;
            return Task.FromResult(Refusal(29));
        });
        var began = _service.Time.GetTimestamp();

        var response = await invoker.SendAsync(Get(), Ended).WithinTimeAsync(_service.Time);

        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests, "the answer is worth more than a timeout");
        _service.Time.GetElapsedTime(began).ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(70));
        _sent.ShouldBe(3);
    }

    [Fact]
    public async Task The_total_time_ends_attempts_that_hang()
    {
        _service.With(ResilientChain.Usual with { TotalTimeout = TimeSpan.FromSeconds(5) });
        using var invoker = _service.Through(async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _service.Time, token);
            return new HttpResponseMessage();
        });

        var timeout = await invoker.SendAsync(Get(), Ended).WithinTimeAsync(_service.Time).CancelledAsync();

        timeout.InnerException.ShouldBeOfType<TimeoutException>().Message.ShouldContain("TotalTimeout");
        _service.InFlight.ShouldBe(0);
    }

    [Theory]
    [InlineData(429, """{ "error": { "code": "insufficient_quota" } }""")]
    [InlineData(402, "")]
    [InlineData(401, "")]
    [InlineData(403, "")]
    [InlineData(400, "")]
    [InlineData(501, "")]
    public async Task What_asking_again_cannot_change_is_not_asked_again(int status, string body)
    {
        using var invoker = _service.Through((_, _) =>
        {
            _sent++;
            return Task.FromResult(new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body) });
        });

        await invoker.SendAsync(Get(), Ended).WithinTimeAsync(_service.Time);

        _sent.ShouldBe(1);
    }

    [Theory]
    [InlineData(RejectionBehavior.Throw)]
    [InlineData(RejectionBehavior.Response)]
    public async Task Our_own_refusal_is_not_repeated_and_no_failure(RejectionBehavior rejection)
    {
        using var service = new LimitedService(
            new Http.Admission.ServiceDefinition { Name = "full", Limits = [LimitedService.Window(1)], Queue = new Http.Admission.QueueDefinition { Length = 0 }, ArrivalGuard = TimeSpan.Zero }, rejection)
            .With(ResilientChain.Usual with { Breaker = new BreakerRule { MinimumCalls = 1 } });
        using var invoker = service.Through((_, _) => Task.FromResult(new HttpResponseMessage()));
        await invoker.SendAsync(Get(), Ended);

        for (var i = 0; i < 5; i++)
        {
            if (rejection == RejectionBehavior.Throw)
            {
                await Should.ThrowAsync<RateLimitRejectedException>(() => invoker.SendAsync(Get(), Ended).WithinDeadlineAsync());
            }
            else
            {
                (await invoker.SendAsync(Get(), Ended).WithinDeadlineAsync()).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            }
        }

        service.Pipeline.Resilience.State.ShouldBe(CircuitState.Closed);
    }

    [Fact]
    [Fault("PEERS_H5")]
    public async Task Ten_429_open_no_circuit_PEERS_H5()
    {
        using var invoker = _service.Through((_, _) => Task.FromResult(Refusal(3600)));

        for (var i = 0; i < 100; i++)
        {
            await invoker.SendAsync(Get().WithoutRateLimiting(), Ended);
        }

        _service.Pipeline.Resilience.State.ShouldBe(CircuitState.Closed);
    }

    [Fact]
    public async Task An_open_circuit_refuses_before_the_line_and_costs_no_quota()
    {
        await TripAsync();
        var used = _service.Used;
        using var invoker = Answering(HttpStatusCode.OK);

        var refusal = await Should.ThrowAsync<CircuitOpenException>(() => invoker.SendAsync(Get(), Ended).WithinDeadlineAsync());

        (refusal.StatusCode, refusal.State, refusal.RetryAfter > TimeSpan.Zero).ShouldBe((HttpStatusCode.ServiceUnavailable, CircuitState.Open, true));
        (_service.Used, _sent).ShouldBe((used, 0));
        _service.Pipeline.Settings = _service.Pipeline.Settings with { Rejection = RejectionBehavior.Response };
        var response = await invoker.SendAsync(Get(), Ended).WithinDeadlineAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(15));
    }

    [Fact]
    [Fault("PEERS_P4")]
    public async Task A_circuit_starts_nothing_that_waits_or_works_by_itself_PEERS_P4()
    {
        await TripAsync();

        _service.Pipeline.Resilience.State.ShouldBe(CircuitState.Open);
        _service.Time.ArmedTimers.ShouldBe(0, "what ends the break is the next request");
    }

    [Fact]
    [Fault("PEERS_P3")]
    public async Task After_the_break_one_probe_decides_and_a_cancelled_one_decides_nothing_PEERS_P1()
    {
        await TripAsync();
        _service.Time.JumpWall(TimeSpan.FromHours(-1));
        _service.Time.Advance(TimeSpan.FromSeconds(15));
        using var probe = new CancellationTokenSource();
        using var hanging = _service.Through(static (_, token) => Task.Delay(Timeout.Infinite, token).ContinueWith<HttpResponseMessage>(static _ => throw new OperationCanceledException(), TaskScheduler.Default));
        var cancelled = hanging.SendAsync(Get(), probe.Token);
        using var invoker = Answering(HttpStatusCode.OK);
        (await Should.ThrowAsync<CircuitOpenException>(() => invoker.SendAsync(Get(), Ended).WithinDeadlineAsync())).State.ShouldBe(CircuitState.HalfOpen);

        await probe.CancelAsync();
        await cancelled.WithinDeadlineAsync().ShouldThrowAsync<OperationCanceledException>();

        _service.Pipeline.Resilience.State.ShouldBe(CircuitState.HalfOpen);
        (await invoker.SendAsync(Get(), Ended)).StatusCode.ShouldBe(HttpStatusCode.OK);
        _service.Pipeline.Resilience.State.ShouldBe(CircuitState.Closed);
    }

    [Fact]
    public async Task A_reload_keeps_an_open_circuit_open_and_switching_the_breaker_off_closes_it_PEERS_P6()
    {
        await TripAsync();

        _service.With(ResilientChain.Usual with { Breaker = new BreakerRule { FailurePercent = 90 } });
        _service.Pipeline.Resilience.State.ShouldBe(CircuitState.Open);

        _service.With(new ResilienceRule { Retry = new RetryRule() });
        _service.Pipeline.Resilience.State.ShouldBe(CircuitState.Closed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_circuit_that_was_opened_by_hand_stays_open_until_it_is_closed_by_hand(bool isConfigured)
    {
        _service.With(isConfigured ? ResilientChain.Usual : ResilienceRule.Nothing);
        using var invoker = Answering(HttpStatusCode.OK);
        var circuit = _service.Pipeline.Resilience;

        circuit.Isolate();
        _service.Time.Advance(TimeSpan.FromDays(1));
        var refusal = await Should.ThrowAsync<CircuitOpenException>(() => invoker.SendAsync(Get(), Ended).WithinDeadlineAsync());
        (refusal.State, refusal.RetryAfter, circuit.State).ShouldBe((CircuitState.Isolated, null, CircuitState.Isolated));

        circuit.Close();
        (await invoker.SendAsync(Get(), Ended)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_service_that_fails_often_is_spared_what_matters_least_until_it_does_not()
    {
        _service.With(ResilientChain.Usual with { Retry = null, Degradation = new DegradationRule(25, RequestPriority.Low) });
        using var invoker = _service.Through((_, _) => Task.FromResult(new HttpResponseMessage(_sent++ % 3 == 0 ? HttpStatusCode.BadGateway : HttpStatusCode.OK)));
        for (var i = 0; i < 30; i++)
        {
            await invoker.SendAsync(Get(), Ended);
        }

        var circuit = _service.Pipeline.Resilience;
        (circuit.Level, circuit.State).ShouldBe((DegradationLevel.Reduced, CircuitState.Closed));
        (await Should.ThrowAsync<CircuitOpenException>(() => invoker.SendAsync(Get().WithPriority(RequestPriority.Low), Ended))).Message.ShouldContain("priority");
        await invoker.SendAsync(Get(), Ended);
        _sent.ShouldBe(31);

        _service.Time.Advance(TimeSpan.FromSeconds(30));
        await invoker.SendAsync(Get().WithPriority(RequestPriority.Low), Ended);
        circuit.Level.ShouldBe(DegradationLevel.Normal);
        circuit.Isolate();
        circuit.Level.ShouldBe(DegradationLevel.Down);
    }

    [Fact]
    public async Task A_retry_does_not_go_through_a_circuit_that_its_first_attempt_opened()
    {
        _service.With(ResilientChain.Usual with { Breaker = new BreakerRule { ConsecutiveFailures = 1 } });
        using var invoker = Answering(HttpStatusCode.InternalServerError);

        await Should.ThrowAsync<CircuitOpenException>(() => invoker.SendAsync(Get(), Ended).WithinTimeAsync(_service.Time));

        _sent.ShouldBe(1);
    }

    [Fact]
    public async Task A_caller_who_gives_up_while_it_pauses_is_let_go_at_once()
    {
        using var cancellation = new CancellationTokenSource();
        using var invoker = Answering(HttpStatusCode.InternalServerError);
        var sending = invoker.SendAsync(Get(), cancellation.Token);
        await Eventually.TrueAsync(() => _service.Time.ArmedTimers > 0);

        await cancellation.CancelAsync();

        await sending.WithinDeadlineAsync().ShouldThrowAsync<OperationCanceledException>();
        _sent.ShouldBe(1);
    }

    [Fact]
    public async Task A_caller_who_blocks_is_served_alike()
    {
        using var invoker = Answering(HttpStatusCode.InternalServerError, HttpStatusCode.OK);

        var response = await Task.Run(() => invoker.Send(Get(), Ended), Ended).WithinTimeAsync(_service.Time);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        _sent.ShouldBe(2);
        _service.Used.ShouldBe(2);
    }

    [Fact]
    [Fault("H14")]
    public async Task Repeated_responses_are_disposed_and_the_last_one_is_not_H14()
    {
        var bodies = new List<DisposableContent>();
        using var invoker = _service.Through((_, _) =>
        {
            bodies.Add(new DisposableContent());
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.InternalServerError) { Content = bodies[^1] });
        });

        await invoker.SendAsync(Get(), Ended).WithinTimeAsync(_service.Time);

        bodies.Select(static body => body.IsDisposed).ShouldBe([true, true, false]);
    }

    private static HttpRequestMessage Get() => new(HttpMethod.Get, Address);

    private static HttpRequestMessage Post() => new(HttpMethod.Post, Address) { Content = new StringContent("x") };

    private static HttpResponseMessage Refusal(int seconds) =>
        new(HttpStatusCode.TooManyRequests) { Headers = { RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(seconds)) } };

    private HttpMessageInvoker Answering(params HttpStatusCode[] statuses) =>
        _service.Through((_, _) => Task.FromResult(new HttpResponseMessage(statuses[Math.Min(_sent++, statuses.Length - 1)])));

    private async Task TripAsync()
    {
        using var failing = _service.Through(static (_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotImplemented + 1)));
        for (var i = 0; i < 20; i++)
        {
            await failing.SendAsync(new HttpRequestMessage(HttpMethod.Post, Address), Ended);
        }

        _service.Pipeline.Resilience.State.ShouldBe(CircuitState.Open);
    }

    private sealed class DisposableContent() : ByteArrayContent([1])
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
