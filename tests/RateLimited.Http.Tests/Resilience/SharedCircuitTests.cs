using RateLimited.Http.Resilience;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Resilience;

/// <summary>What a service's circuit makes of what other processes say, and tells them. Virtual time; the others are the test.</summary>
public sealed class SharedCircuitTests : IDisposable
{
    private static readonly TimeSpan Break = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private static readonly ResilienceRule Rule = ResilienceRule.Nothing with
    {
        Breaker = new BreakerRule { ConsecutiveFailures = 2, Break = Break.Ticks, MaxBreak = Longest.Ticks, IsShared = true },
    };

    private readonly ManualTimeProvider _time = new();
    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly Others _others = new();
    private readonly HttpRequestMessage _request = new();
    private readonly ServiceResilience _service;

    public SharedCircuitTests()
    {
        _service = new ServiceResilience("s", _time, _telemetry.For("s").Resilience);
        _service.Apply(Rule);
        _service.Join(_others);
    }

    [Fact]
    public void What_opens_it_is_told_with_how_long_and_what_closes_it()
    {
        Call(CallResult.Failure);
        Call(CallResult.Failure);
        _others.Told.ShouldBe([$"opened {Break}"]);

        _time.Advance(Break);
        _service.TryEnter(_request, out _, out _).ShouldBeFalse();
        _others.Claimed(true);
        Call(CallResult.Success);

        _service.State.ShouldBe(CircuitState.Closed);
        _others.Told.ShouldBe([$"opened {Break}", $"claim {Break}", "closed"]);
    }

    [Fact]
    public void What_others_open_opens_it_and_is_not_told_again()
    {
        _others.Opened(TimeSpan.FromSeconds(3).Ticks);

        _service.TryEnter(_request, out _, out var refused).ShouldBeFalse();
        refused!.RetryAfter.ShouldBe(TimeSpan.FromSeconds(3));
        _others.Closed();
        _service.State.ShouldBe(CircuitState.Closed);
        _others.Told.ShouldBeEmpty();
    }

    [Fact]
    public void Others_make_no_break_shorter()
    {
        Call(CallResult.Failure);
        Call(CallResult.Failure);

        _others.Opened(TimeSpan.TicksPerSecond);

        _service.TryEnter(_request, out _, out var refused).ShouldBeFalse();
        refused!.RetryAfter.ShouldBe(Break);
    }

    [Fact]
    public void While_another_probes_nobody_here_does()
    {
        _others.Opened(Break.Ticks);
        _time.Advance(Break);
        _service.TryEnter(_request, out _, out _).ShouldBeFalse();
        _others.Claimed(false);

        _time.Advance(Break / 2);
        _service.TryEnter(_request, out _, out _).ShouldBeFalse();
        _others.Told.ShouldBe([$"claim {Break}"]);

        // Nothing was heard of that probe.
        _time.Advance(Break / 2);
        _service.TryEnter(_request, out _, out _).ShouldBeFalse();
        _others.Claimed(true);
        _service.TryEnter(_request, out _, out _).ShouldBeTrue();
        _service.TryEnter(_request, out _, out _).ShouldBeFalse("there is one probe");
        _others.Told.ShouldBe([$"claim {Break}", $"claim {Break}"]);
    }

    [Fact]
    public void Where_nobody_can_be_asked_it_decides_alone()
    {
        _others.IsAway = true;
        Call(CallResult.Failure);
        Call(CallResult.Failure);
        _time.Advance(Break);

        _service.TryEnter(_request, out _, out _).ShouldBeFalse();
        Call(CallResult.Success);
        _service.State.ShouldBe(CircuitState.Closed);
    }

    [Fact]
    [Fault("C14")]
    public void C14_who_says_for_ever_that_it_is_open_or_probed_holds_it_no_longer_than_the_longest_break()
    {
        for (var held = TimeSpan.Zero; held < Longest; held += Break)
        {
            _others.Opened(TimeSpan.TicksPerDay);
            _others.Opened(null);
            _time.Advance(Break);
        }

        _others.Opened(TimeSpan.TicksPerDay);
        Call(CallResult.Success);
        _service.State.ShouldBe(CircuitState.Closed);

        _others.Opened(TimeSpan.TicksPerDay);
        _service.State.ShouldBe(CircuitState.Closed, "it has found out that the upstream is well");
    }

    [Fact]
    public void What_was_done_by_hand_stays_whatever_others_say()
    {
        _service.Isolate();
        _others.Opened(Break.Ticks);
        _others.Closed();
        _others.Claimed(true);
        _service.State.ShouldBe(CircuitState.Isolated);

        _service.Close();
        _others.Told.ShouldBe(["closed"]);
    }

    [Fact]
    public void A_reload_begins_and_ends_it()
    {
        _service.Apply(Rule with { Breaker = Rule.Breaker! with { IsShared = false } });
        _others.IsShared.ShouldBeFalse();
        _others.Opened(Break.Ticks);
        Call(CallResult.Failure);
        Call(CallResult.Failure);
        _others.Told.ShouldBeEmpty();
        _time.Advance(Break);
        Call(CallResult.Success);
        _service.State.ShouldBe(CircuitState.Closed);

        _service.Apply(Rule);
        _others.IsShared.ShouldBeTrue();
        _others.Opened(Break.Ticks);
        _service.State.ShouldBe(CircuitState.Open);
    }

    public void Dispose()
    {
        _request.Dispose();
        _telemetry.Dispose();
    }

    private void Call(CallResult result)
    {
        _service.TryEnter(_request, out var pass, out _).ShouldBeTrue();
        _service.Report(_service.Plan.Rule, new AttemptReport(pass, new AttemptReading(FailureKind.None, result)));
    }

    private sealed class Others : IFleetCircuit
    {
        public List<string> Told { get; } = [];

        public bool IsAway { get; set; }

        public bool IsShared { get; private set; }

        public Action<long?> Opened { get; private set; } = null!;

        public Action Closed { get; private set; } = null!;

        public Action<bool> Claimed { get; private set; } = null!;

        public void AttachCircuit(Action<long?> opened, Action closed, Action<bool> claimed) => (Opened, Closed, Claimed) = (opened, closed, claimed);

        public void ShareCircuit(bool isShared) => IsShared = isShared;

        public void TellOpened(long duration) => Told.Add($"opened {TimeSpan.FromTicks(duration)}");

        public void TellClosed() => Told.Add("closed");

        public bool TryClaim(long duration)
        {
            Told.Add($"claim {TimeSpan.FromTicks(duration)}");
            return !IsAway;
        }
    }
}
