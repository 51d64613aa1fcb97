using System.Net;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Resilience;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Pipeline;

public sealed class TimeoutTests : IDisposable
{
    private static readonly Uri Address = new("https://upstream.test/a");
    private static readonly ResilienceRule Both = ResilientChain.Usual with { TotalTimeout = TimeSpan.FromSeconds(30), AttemptTimeout = TimeSpan.FromSeconds(10) };

    private readonly LimitedService _service = new LimitedService(LimitedService.Window(2)).With(Both);
    private readonly List<CancellationToken> _tokens = [];

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task What_is_answered_at_once_gets_the_inner_task_itself_and_no_timer()
    {
        var answer = Task.FromResult(new HttpResponseMessage());
        using var invoker = new HttpMessageInvoker(_service.Chain(StubHandler.Always(answer)));

        var sending = invoker.SendAsync(Get(), Ended);

        sending.ShouldBeSameAs(answer);
        (await sending).StatusCode.ShouldBe(HttpStatusCode.OK);
        _service.Time.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    [Fault("P01")]
    [Fault("PEERS_H4")]
    public async Task A_wait_that_is_known_to_be_longer_than_the_total_time_is_refused_at_once_P01()
    {
        using var invoker = _service.Through(static (_, _) => Task.FromResult(new HttpResponseMessage()));
        await invoker.SendAsync(Get(), Ended);
        await invoker.SendAsync(Get(), Ended);

        var refusal = await Should.ThrowAsync<RateLimitRejectedException>(() => invoker.SendAsync(Get().WithQueueTimeout(TimeSpan.FromHours(1)), Ended).WithinDeadlineAsync());

        (refusal.Reason, refusal.RetryAfter).ShouldBe((RejectionReason.Timeout, TimeSpan.FromMinutes(1)));
        (_service.Time.ArmedTimers, _service.InFlight).ShouldBe((0, 0));
    }

    [Fact]
    [Fault("P01")]
    public async Task What_a_retry_has_left_of_the_total_time_bounds_its_wait_in_line_P01()
    {
        var sent = 0;
        using var invoker = _service.Through((_, _) => Task.FromResult(new HttpResponseMessage(++sent < 3 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK)));

        var refusal = await Should.ThrowAsync<RateLimitRejectedException>(() => invoker.SendAsync(Get(), Ended).WithinTimeAsync(_service.Time));

        refusal.Reason.ShouldBe(RejectionReason.Timeout);
        refusal.RetryAfter.ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.FromSeconds(30));
        (sent, _service.InFlight).ShouldBe((2, 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Time_in_line_counts_to_the_total_time_alone(bool isSynchronous)
    {
        using var full = new LimitedService(LimitedService.Concurrent(1)).With(Both with { Retry = null });
        using var invoker = full.Through(async (_, token) =>
        {
            _tokens.Add(token);
            await Task.Delay(TimeSpan.FromSeconds(9), full.Time, token).ConfigureAwait(false);
            return new HttpResponseMessage { Content = new StreamContent(new MemoryStream([1])) };
        });
        var first = invoker.SendAsync(Get(), Ended);
        var second = isSynchronous ? Task.Run(() => invoker.Send(Get(), Ended), Ended) : invoker.SendAsync(Get(), Ended);
        await Eventually.TrueAsync(() => full.Limiter.GetStatus().Line.Count == 1);
        full.Time.Advance(TimeSpan.FromSeconds(9));
        var held = await first.WithinDeadlineAsync();
        full.Time.Advance(TimeSpan.FromSeconds(11));
        held.Dispose();
        await Eventually.TrueAsync(() => _tokens.Count == 2);
        await Eventually.TrueAsync(() => full.Time.ArmedTimers >= 3, "the attempt's time, the total time's and the upstream's");

        full.Time.Advance(TimeSpan.FromSeconds(9));

        (await second.WithinDeadlineAsync()).StatusCode.ShouldBe(HttpStatusCode.OK, "20 s in line and 9 s of 10 s for the attempt are 29 s of 30 s in all");
    }

    [Fact]
    public async Task Each_hop_of_a_redirect_has_its_own_attempt_time_and_all_share_the_total_time()
    {
        using var wide = new LimitedService(LimitedService.Window(100)).With(Both with { Retry = null });
        var hops = 0;
        using var invoker = wide.Through(async (request, token) =>
        {
            hops++;
            await Task.Delay(TimeSpan.FromSeconds(9), wide.Time, token).ConfigureAwait(false);
            return new HttpResponseMessage(HttpStatusCode.Found) { RequestMessage = request, Headers = { Location = new Uri("/again", UriKind.Relative) } };
        });
        var began = wide.Time.GetTimestamp();

        var timeout = await invoker.SendAsync(Get(), Ended).WithinTimeAsync(wide.Time).CancelledAsync();

        timeout.InnerException.ShouldBeOfType<TimeoutException>().Message.ShouldContain("TotalTimeout");
        wide.Time.GetElapsedTime(began).ShouldBe(TimeSpan.FromSeconds(30));
        hops.ShouldBe(4);
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_told_by_its_own_token()
    {
        using var invoker = Hanging();
        using var caller = new CancellationTokenSource();
        var sending = invoker.SendAsync(Get(), caller.Token);

        await caller.CancelAsync();

        var canceled = await sending.WithinDeadlineAsync().CancelledAsync();
        canceled.CancellationToken.ShouldBe(caller.Token);
        (_service.Time.ArmedTimers, _service.InFlight).ShouldBe((0, 0));
        _tokens[0].IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task Where_somebody_elses_handler_stands_between_ours_the_times_hold_as_well()
    {
        using var invoker = new HttpMessageInvoker(new ResilienceHandler(_service.Pipeline)
        {
            InnerHandler = new Foreign { InnerHandler = new RateLimitingHandler(_service.Pipeline) { InnerHandler = new AttemptTimeoutHandler(_service.Pipeline) { InnerHandler = new StubHandler(HangAsync) } } },
        });
        var sending = invoker.SendAsync(Get(), Ended);

        await Eventually.TrueAsync(() => _service.Time.ArmedTimers > 0);
        _service.Time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        _tokens[0].IsCancellationRequested.ShouldBeFalse();
        _service.Time.Advance(TimeSpan.FromTicks(1));

        _tokens[0].IsCancellationRequested.ShouldBeTrue("the attempt's time");
        (await sending.WithinTimeAsync(_service.Time).CancelledAsync()).InnerException.ShouldBeOfType<TimeoutException>().Message.ShouldContain("TotalTimeout");
    }

    [Fact]
    public void Who_answers_when_its_time_is_over_has_not_answered()
    {
        using var end = new CallEnd(_service.Pipeline.Resilience, long.MaxValue);
        end.WatchAttempt(_service.Pipeline.Resilience.Now + 10);
        _service.Time.Advance(TimeSpan.FromMilliseconds(1));

        end.EndAttempt().ShouldBeFalse();
        end.Ending.ShouldBe(CallEnding.AttemptTimeout);
        end.Token.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public void An_attempt_that_was_answered_in_time_is_not_ended_by_its_time_any_more()
    {
        using var end = new CallEnd(_service.Pipeline.Resilience, TimeSpan.FromSeconds(5).Ticks);
        end.WatchAttempt(TimeSpan.FromSeconds(1).Ticks);
        end.EndAttempt().ShouldBeTrue();
        _service.Time.Advance(TimeSpan.FromSeconds(4));
        end.Token.IsCancellationRequested.ShouldBeFalse();

        end.WatchAttempt(TimeSpan.FromSeconds(6).Ticks);
        _service.Time.Advance(TimeSpan.FromSeconds(1));

        (end.Ending, end.Token.IsCancellationRequested).ShouldBe((CallEnding.TotalTimeout, true));
    }

    [Fact]
    public async Task Whose_answer_loses_to_the_attempts_time_is_disposed()
    {
        using var late = new DisposalTold();
        var answer = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _service.With(Both with { Retry = null });
        using var invoker = new HttpMessageInvoker(_service.Chain(StubHandler.Always(answer.Task)));
        var sending = invoker.SendAsync(Get(), Ended);

        // The upstream does not heed the token and answers when nobody waits any more.
        _service.Time.Advance(TimeSpan.FromSeconds(10));
        answer.SetResult(late);

        (await sending.WithinDeadlineAsync().CancelledAsync()).InnerException.ShouldBeOfType<TimeoutException>().Message.ShouldContain("AttemptTimeout");
        late.IsDisposed.ShouldBeTrue();
        _service.InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task A_listener_that_throws_when_the_time_is_over_does_not_end_the_process()
    {
        using var invoker = _service.Through(async (_, token) =>
        {
            await using var listener = token.Register(static () => throw new InvalidOperationException("foreign"));
            await Task.Delay(Timeout.InfiniteTimeSpan, _service.Time, token).ConfigureAwait(false);
            return new HttpResponseMessage();
        });
        _service.With(Both with { Retry = null });
        var sending = invoker.SendAsync(Get(), Ended);

        _service.Time.Advance(TimeSpan.FromSeconds(10));

        await sending.WithinDeadlineAsync().CancelledAsync();
    }

    private static HttpRequestMessage Get() => new(HttpMethod.Get, Address);

    private HttpMessageInvoker Hanging() => _service.Through(HangAsync);

    private async Task<HttpResponseMessage> HangAsync(HttpRequestMessage request, CancellationToken token)
    {
        _tokens.Add(token);
        await Task.Delay(Timeout.InfiniteTimeSpan, _service.Time, token).ConfigureAwait(false);
        return new HttpResponseMessage();
    }

    private sealed class Foreign : DelegatingHandler
    {
    }
}
