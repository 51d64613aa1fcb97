using System.Net;
using RateLimited.Http.Resilience;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Pipeline;

public sealed class HedgingTests : IDisposable
{
    private static readonly Uri Address = new("https://upstream.test/a");
    private static readonly ResilienceRule Hedging = new() { Hedging = new HedgingRule(TimeSpan.FromSeconds(1), 1) };

    private readonly LimitedService _service = new LimitedService(LimitedService.Window(10)).With(Hedging);
    private readonly List<TaskCompletionSource<HttpResponseMessage>> _attempts = [];
    private readonly List<CancellationToken> _tokens = [];

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task The_first_good_response_wins_and_the_other_attempt_is_cancelled_and_its_response_disposed()
    {
        using var invoker = Slow();
        var sending = invoker.SendAsync(Get(), Ended);
        _attempts.Count.ShouldBe(1);

        await HedgedAsync();
        using var second = new HttpResponseMessage();
        _attempts[1].SetResult(second);

        (await sending.WithinDeadlineAsync()).ShouldBeSameAs(second);
        _tokens[0].IsCancellationRequested.ShouldBeTrue();
        _tokens[1].IsCancellationRequested.ShouldBeFalse();
        using var late = new DisposalTold();
        _attempts[0].SetResult(late);
        await Eventually.TrueAsync(() => late.IsDisposed);
        _service.Used.ShouldBe(2, "a hedge pays quota");
    }

    [Fact]
    public async Task Nothing_is_hedged_that_answers_in_time()
    {
        using var invoker = Slow();
        var sending = invoker.SendAsync(Get(), Ended);
        _service.Time.Advance(TimeSpan.FromSeconds(0.9));
        _attempts[0].SetResult(new HttpResponseMessage());

        await sending.WithinDeadlineAsync();
        _service.Time.Advance(TimeSpan.FromSeconds(10));

        (_attempts.Count, _service.Time.ArmedTimers).ShouldBe((1, 0));
    }

    [Theory]
    [InlineData("POST", false)]
    [InlineData("PUT", false)]
    [InlineData("DELETE", false)]
    [InlineData("GET", true)]
    [Fault("PEERS_H8")]
    public async Task What_changes_something_or_has_content_is_not_hedged_PEERS_H8(string method, bool hasContent)
    {
        using var invoker = Slow();
        using var request = new HttpRequestMessage(new HttpMethod(method), Address) { Content = hasContent ? new StringContent("x") : null };
        var sending = invoker.SendAsync(request, Ended);
        _service.Time.Advance(TimeSpan.FromSeconds(5));

        _attempts.Single().SetResult(new HttpResponseMessage());
        await sending.WithinDeadlineAsync();
    }

    [Fact]
    public async Task A_failure_is_no_reason_for_a_hedge()
    {
        using var invoker = Slow();
        var sending = invoker.SendAsync(Get(), Ended);
        _attempts[0].SetResult(new HttpResponseMessage(HttpStatusCode.BadGateway));

        (await sending.WithinDeadlineAsync()).StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        _attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task When_all_fail_the_caller_gets_what_it_would_have_got_without()
    {
        using var invoker = Slow();
        var sending = invoker.SendAsync(Get(), Ended);
        await HedgedAsync();
        using var first = new DisposalTold { StatusCode = HttpStatusCode.ServiceUnavailable };
        using var second = new DisposalTold { StatusCode = HttpStatusCode.BadGateway };

        _attempts[0].SetResult(first);
        _attempts[1].SetResult(second);

        (await sending.WithinDeadlineAsync()).ShouldBeSameAs(first);
        first.IsDisposed.ShouldBeFalse();
        await Eventually.TrueAsync(() => second.IsDisposed);
    }

    [Fact]
    public async Task An_attempt_that_fails_leaves_the_hedge_to_do_better()
    {
        using var invoker = Slow();
        var sending = invoker.SendAsync(Get(), Ended);
        await HedgedAsync();
        using var first = new DisposalTold { StatusCode = HttpStatusCode.ServiceUnavailable };
        using var second = new HttpResponseMessage();

        _attempts[0].SetResult(first);
        _attempts[1].SetResult(second);

        (await sending.WithinDeadlineAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Eventually.TrueAsync(() => first.IsDisposed);
    }

    [Fact]
    public async Task Without_quota_at_once_there_is_no_hedge_and_the_first_attempt_goes_on()
    {
        using var invoker = Slow();
        var fillers = Enumerable.Range(0, 9).Select(_ => invoker.SendAsync(new HttpRequestMessage(HttpMethod.Post, Address), Ended)).ToList();
        var sending = invoker.SendAsync(Get(), Ended);
        _service.Time.Advance(TimeSpan.FromSeconds(1));

        // It was time before the answers came: a hedge that is made is made before any of them is seen.
        _attempts.ForEach(static attempt => attempt.SetResult(new HttpResponseMessage()));
        (await sending.WithinDeadlineAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
        _attempts.Count.ShouldBe(10);
        await Task.WhenAll(fillers).WithinDeadlineAsync();
    }

    [Fact]
    public async Task Without_budget_there_is_no_hedge()
    {
        _service.With(Hedging with { Retry = new RetryRule { BudgetFloor = 0, BudgetPercent = 0 } });
        using var invoker = Slow();
        var sending = invoker.SendAsync(Get(), Ended);
        _service.Time.Advance(TimeSpan.FromSeconds(10));

        _attempts[0].SetResult(new HttpResponseMessage());
        (await sending.WithinDeadlineAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
        _attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_caller_who_gives_up_cancels_all()
    {
        using var cancellation = new CancellationTokenSource();
        using var invoker = _service.Through(async (_, token) =>
        {
            lock (_tokens)
            {
                _tokens.Add(token);
            }

            await Task.Delay(Timeout.Infinite, token);
            return new HttpResponseMessage();
        });
        var sending = invoker.SendAsync(Get(), cancellation.Token);
        _service.Time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => _tokens.Count == 2);

        await cancellation.CancelAsync();

        await sending.WithinDeadlineAsync().ShouldThrowAsync<OperationCanceledException>();
        _tokens.ShouldAllBe(static token => token.IsCancellationRequested);
        await Eventually.TrueAsync(() => _service.InFlight == 0);
    }

    [Theory]
    [InlineData("x-stainless-retry-count", "0", false)]
    [InlineData("x-stainless-retry-count", "1", true)]
    [InlineData("x-stainless-retry-count", "-1", false)]
    [InlineData("Retry-Attempt", "1", true)]
    [InlineData("amz-sdk-request", "attempt=1; max=3", false)]
    [InlineData("amz-sdk-request", "attempt=2; max=3", true)]
    [InlineData("amz-sdk-request", "ttl=x; attempt=99999999999", false)]
    [InlineData("X-Other", "1", false)]
    public void An_outer_retry_is_known_by_its_header(string header, string value, bool proves)
    {
        using var request = new HttpRequestMessage { Headers = { { header, value } } };
        Http.Pipeline.OuterRetries.ProofIn(request).ShouldBe(proves ? header : null);
    }

    [Fact]
    public async Task An_outer_retry_is_warned_of_once()
    {
        using var logs = new LogCollector();
        using var telemetry = new Http.Telemetry.RateLimitingTelemetry(meters: null, logs);
        using var limiter = new Http.Admission.ServiceLimiter(
            new Http.Admission.ServiceDefinition { Name = "outer", Limits = [LimitedService.Window(100)] }, new Http.Admission.InProcessStore(_service.Time, []), telemetry.For("outer"));
        var settings = new Http.Pipeline.PipelineSettings(new Http.Pipeline.EndpointRouter([]), RejectionBehavior.Throw, TimeSpan.FromMinutes(1)) { Resilience = ResilientChain.Usual };
        var pipeline = new Http.Pipeline.ServicePipeline(limiter, settings);
        using var invoker = new HttpMessageInvoker(new Http.Pipeline.ResilienceHandler(pipeline) { InnerHandler = new StubHandler(static (_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.BadGateway))) });
        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Address) { Headers = { { "x-stainless-retry-count", "1" } } };
            await invoker.SendAsync(request, Ended);
        }

        logs.Entries.Count(static entry => entry.Message.Contains("x-stainless-retry-count", StringComparison.Ordinal)).ShouldBe(1);
    }

    private static HttpRequestMessage Get() => new(HttpMethod.Get, Address);

    private HttpMessageInvoker Slow() => _service.Through((_, token) =>
    {
        var attempt = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_attempts)
        {
            _attempts.Add(attempt);
            _tokens.Add(token);
        }

        return attempt.Task;
    });

    private async Task HedgedAsync()
    {
        _service.Time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => _attempts.Count == 2);
    }
}
