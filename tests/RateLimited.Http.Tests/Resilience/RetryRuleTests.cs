using System.Net;
using RateLimited.Http.Resilience;
using RateLimited.Http.Signals.Classification;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Resilience;

/// <summary>H15 and P02: which outcome of which request is repeated.</summary>
public sealed class RetryRuleTests
{
    private static readonly RetryRule Rule = new();

    /// <summary>Every kind of failure, with and without a wait, and whether the request may have been processed.</summary>
    public static TheoryData<FailureKindName, bool, bool> Outcomes => new()
    {
        { new(FailureKind.Limited), true, false },
        { new(FailureKind.Limited), false, false },
        { new(FailureKind.NotSent), false, false },
        { new(FailureKind.Overloaded), true, false },
        { new(FailureKind.Overloaded), false, true },
        { new(FailureKind.ServerFault), true, true },
        { new(FailureKind.ServerFault), false, true },
        { new(FailureKind.Status), false, true },
        { new(FailureKind.Broken), false, true },
        { new(FailureKind.TimedOut), false, true },
    };

    [Theory]
    [Fault("H15")]
    [Fault("P02")]
    [MemberData(nameof(Outcomes))]
    public void H15_what_may_have_been_processed_is_repeated_only_if_that_does_no_harm(FailureKindName kind, bool waits, bool maybeProcessed)
    {
        var reading = new AttemptReading(kind.Kind, CallResult.Failure, waits ? TimeSpan.TicksPerSecond : null);

        Rule.Decide(reading, 0, ContentReplay.Replayable, isIdempotent: true).ShouldBe(RetryDecision.Repeat);
        Rule.Decide(reading, 0, ContentReplay.Replayable, isIdempotent: false).ShouldBe(maybeProcessed ? RetryDecision.NotIdempotent : RetryDecision.Repeat);
        (Rule with { UnsafeMethods = true }).Decide(reading, 0, ContentReplay.Replayable, isIdempotent: false).ShouldBe(RetryDecision.Repeat);
        foreach (var replay in new[] { ContentReplay.Once, ContentReplay.TooLarge, ContentReplay.AfterBuffering })
        {
            (Rule with { UnsafeMethods = true }).Decide(reading, 0, replay, isIdempotent: true).ShouldBe(RetryDecision.NotReplayable, "whatever else is allowed");
        }

        Rule.Decide(reading, 2, ContentReplay.Replayable, isIdempotent: true).ShouldBe(RetryDecision.LastAttempt);
    }

    [Theory]
    [InlineData(FailureKind.None)]
    [InlineData(FailureKind.CircuitOpen)]
    internal void What_another_attempt_cannot_change_is_not_repeated(FailureKind kind) =>
        (Rule with { UnsafeMethods = true }).Decide(new AttemptReading(kind, CallResult.Failure), 0, ContentReplay.Replayable, isIdempotent: true).ShouldBe(RetryDecision.NotAsked);

    [Fact]
    [Fault("H02")]
    public void H02_a_wait_longer_than_the_longest_pause_is_not_waited_for()
    {
        Rule.Decide(new AttemptReading(FailureKind.Limited, CallResult.Inconclusive, Rule.MaxDelay), 0, ContentReplay.Replayable, isIdempotent: true).ShouldBe(RetryDecision.Repeat);
        Rule.Decide(new AttemptReading(FailureKind.Limited, CallResult.Inconclusive, Rule.MaxDelay + 1), 0, ContentReplay.Replayable, isIdempotent: true).ShouldBe(RetryDecision.WaitTooLong);
    }

    [Fact]
    public void Only_the_failures_that_are_named_are_repeated()
    {
        var rule = Rule with { Failures = System.Collections.Frozen.FrozenSet.ToFrozenSet([SendFailure.NotSent]) };
        rule.Decide(new AttemptReading(FailureKind.NotSent, CallResult.Failure), 0, ContentReplay.Replayable, isIdempotent: true).ShouldBe(RetryDecision.Repeat);
        rule.Decide(new AttemptReading(FailureKind.Broken, CallResult.Failure), 0, ContentReplay.Replayable, isIdempotent: true).ShouldBe(RetryDecision.NotAsked);
        rule.Decide(new AttemptReading(FailureKind.TimedOut, CallResult.Failure), 0, ContentReplay.Replayable, isIdempotent: true).ShouldBe(RetryDecision.NotAsked);
    }

    [Theory]
    [InlineData(200, ResponseKind.Fine, FailureKind.None, CallResult.Success)]
    [InlineData(200, ResponseKind.Limited, FailureKind.Limited, CallResult.Inconclusive)]
    [InlineData(404, ResponseKind.Rejected, FailureKind.None, CallResult.Success)]
    [InlineData(401, ResponseKind.RefusedKey, FailureKind.None, CallResult.Success)]
    [InlineData(403, ResponseKind.Permission, FailureKind.None, CallResult.Success)]
    [InlineData(403, ResponseKind.Limited, FailureKind.Limited, CallResult.Inconclusive)]
    [InlineData(429, ResponseKind.Limited, FailureKind.Limited, CallResult.Inconclusive)]
    [InlineData(429, ResponseKind.Exhausted, FailureKind.None, CallResult.Inconclusive)]
    [InlineData(402, ResponseKind.Exhausted, FailureKind.None, CallResult.Inconclusive)]
    [InlineData(408, ResponseKind.ServerFault, FailureKind.ServerFault, CallResult.Failure)]
    [InlineData(500, ResponseKind.ServerFault, FailureKind.ServerFault, CallResult.Failure)]
    [InlineData(501, ResponseKind.ServerFault, FailureKind.None, CallResult.Success)]
    [InlineData(503, ResponseKind.Overloaded, FailureKind.Overloaded, CallResult.Failure)]
    [InlineData(505, ResponseKind.ServerFault, FailureKind.None, CallResult.Success)]
    [InlineData(529, ResponseKind.Overloaded, FailureKind.Overloaded, CallResult.Failure)]
    [InlineData(530, ResponseKind.ServerFault, FailureKind.None, CallResult.Failure)]
    [Fault("PEERS_H11")]
    internal void Responses_are_read_by_what_they_mean(int status, ResponseKind meaning, FailureKind kind, CallResult result)
    {
        var reading = AttemptReader.Read(status, new Verdict(meaning, ResponseScope.Service) { Wait = TimeSpan.FromSeconds(3) }, RetryRule.UsualStatuses);

        reading.ShouldBe(new AttemptReading(kind, result, 3 * TimeSpan.TicksPerSecond));
    }

    [Theory]
    [InlineData(503, ResponseKind.Overloaded, false, FailureKind.None)]
    [InlineData(429, ResponseKind.Limited, false, FailureKind.None)]
    [InlineData(503, ResponseKind.Overloaded, true, FailureKind.Overloaded)]
    [InlineData(409, ResponseKind.Rejected, true, FailureKind.Status)]
    [InlineData(409, ResponseKind.Rejected, null, FailureKind.None)]
    [InlineData(501, ResponseKind.ServerFault, true, FailureKind.Status)]
    [InlineData(401, ResponseKind.RefusedKey, true, FailureKind.None)]
    [InlineData(403, ResponseKind.Permission, true, FailureKind.None)]
    [InlineData(429, ResponseKind.Exhausted, true, FailureKind.None)]
    internal void What_the_upstream_says_of_repeating_goes_before_the_statuses(int status, ResponseKind meaning, bool? asks, FailureKind kind)
    {
        var verdict = new Verdict(meaning, ResponseScope.Service) { ShouldRetry = asks };

        AttemptReader.Read(status, verdict, RetryRule.UsualStatuses).Kind.ShouldBe(kind);
        AttemptReader.Read(status, verdict, statuses: null).Kind.ShouldBe(FailureKind.None, "nothing repeats");
    }

    [Fact]
    public void Statuses_of_the_options_are_repeated_in_place_of_the_usual_ones()
    {
        var statuses = new HashSet<int> { 409, 403 };
        AttemptReader.Read(409, new Verdict(ResponseKind.Rejected, ResponseScope.Request), statuses).Kind.ShouldBe(FailureKind.Status);
        AttemptReader.Read(503, new Verdict(ResponseKind.Overloaded, ResponseScope.Service), statuses).Kind.ShouldBe(FailureKind.None);
        AttemptReader.Read(429, new Verdict(ResponseKind.Limited, ResponseScope.Key), statuses).Kind.ShouldBe(FailureKind.None);
        AttemptReader.Read(403, new Verdict(ResponseKind.Permission, ResponseScope.Endpoint), statuses).Kind.ShouldBe(FailureKind.None, "a permission does not come by asking again");
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, FailureKind.NotSent, CallResult.Failure)]
    [InlineData(HttpRequestError.ConnectionError, FailureKind.NotSent, CallResult.Failure)]
    [InlineData(HttpRequestError.SecureConnectionError, FailureKind.NotSent, CallResult.Failure)]
    [InlineData(HttpRequestError.ProxyTunnelError, FailureKind.NotSent, CallResult.Failure)]
    [InlineData(HttpRequestError.VersionNegotiationError, FailureKind.NotSent, CallResult.Failure)]
    [InlineData(HttpRequestError.HttpProtocolError, FailureKind.Broken, CallResult.Failure)]
    [InlineData(HttpRequestError.ResponseEnded, FailureKind.Broken, CallResult.Failure)]
    [InlineData(HttpRequestError.InvalidResponse, FailureKind.Broken, CallResult.Failure)]
    [InlineData(HttpRequestError.Unknown, FailureKind.Broken, CallResult.Failure)]
    [InlineData(HttpRequestError.UserAuthenticationError, FailureKind.None, CallResult.Inconclusive)]
    [InlineData(HttpRequestError.ConfigurationLimitExceeded, FailureKind.None, CallResult.Inconclusive)]
    [InlineData(HttpRequestError.ExtendedConnectNotSupported, FailureKind.None, CallResult.Inconclusive)]
    internal void Failures_of_the_transport_are_read_by_how_far_the_request_came(HttpRequestError error, FailureKind kind, CallResult result)
    {
        AttemptReader.Read(new HttpRequestException(error), isCancelled: false).ShouldBe(new AttemptReading(kind, result));
        AttemptReader.Read(new HttpRequestException(error), isCancelled: true).ShouldBe(new AttemptReading(FailureKind.None, CallResult.Inconclusive), "nobody waits for it any more");
    }

    [Theory]
    [Fault("H17")]
    [InlineData(7, FailureKind.NotSent)]
    [InlineData(0x10b, FailureKind.NotSent)]
    [InlineData(1, FailureKind.Broken)]
    internal void H17_a_refused_stream_was_not_processed(long code, FailureKind kind) =>
        AttemptReader.Read(new HttpRequestException(HttpRequestError.HttpProtocolError, "", new HttpProtocolException(code, "", null)), isCancelled: false).Kind.ShouldBe(kind);

    [Fact]
    public void Other_exceptions_are_read_by_their_type()
    {
        AttemptReader.Read(new IOException(), false).Kind.ShouldBe(FailureKind.Broken);
        AttemptReader.Read(new TaskCanceledException("", new TimeoutException()), false).Kind.ShouldBe(FailureKind.TimedOut);
        AttemptReader.Read(new OperationCanceledException(), false).ShouldBe(new AttemptReading(FailureKind.None, CallResult.Inconclusive));
        AttemptReader.Read(new InvalidOperationException(), false).ShouldBe(new AttemptReading(FailureKind.None, CallResult.Inconclusive));
        AttemptReader.Read(new RateLimitRejectedException("a", RejectionReason.QueueFull, null, null), false).ShouldBe(new AttemptReading(FailureKind.None, CallResult.Inconclusive));
        AttemptReader.Read(new CircuitOpenException("a", CircuitState.Open, null), false).ShouldBe(new AttemptReading(FailureKind.None, CallResult.Inconclusive));
    }

    /// <summary>A kind of failure, public so that a theory can show it.</summary>
    public readonly struct FailureKindName
    {
        internal FailureKindName(FailureKind kind) => Kind = kind;

        internal FailureKind Kind { get; }

        public override string ToString() => Kind.ToString();
    }
}
