using RateLimited.Http.Resilience;
using RateLimited.Http.Tests.Faults;
using RateLimited.Http.Tests.Measuring;

namespace RateLimited.Http.Tests.Resilience;

/// <summary>What peers' breakers do wrong, and what this one does instead.</summary>
public sealed class CircuitBreakerTests
{
    private const long Second = TimeSpan.TicksPerSecond;

    private static readonly BreakerRule Rule = new() { MinimumCalls = 4, Break = 5 * Second, MaxBreak = 60 * Second };

    private readonly CircuitBreaker _breaker = new(Rule);
    private long _now;

    [Fact]
    public void It_opens_at_the_share_and_not_before_there_are_enough_calls()
    {
        Call(CallResult.Failure);
        Call(CallResult.Failure);
        Call(CallResult.Failure);
        _breaker.State.ShouldBe(CircuitState.Closed, "three calls say nothing of four");

        Call(CallResult.Failure);
        _breaker.State.ShouldBe(CircuitState.Open);
    }

    [Fact]
    public void Refusals_and_cancellations_are_neither_calls_nor_failures()
    {
        for (var i = 0; i < 100; i++)
        {
            Call(CallResult.Inconclusive);
        }

        Call(CallResult.Failure);
        _breaker.State.ShouldBe(CircuitState.Closed);
    }

    [Fact]
    public void Failures_that_are_past_the_window_do_not_count()
    {
        Call(CallResult.Failure);
        Call(CallResult.Failure);
        Call(CallResult.Failure);
        _now += Rule.Window;
        Call(CallResult.Failure);
        _breaker.State.ShouldBe(CircuitState.Closed);
    }

    [Fact]
    public void So_many_failures_one_after_the_other_open_it_whatever_their_share()
    {
        _breaker.Apply(Rule with { ConsecutiveFailures = 2, MinimumCalls = 1000 });
        Call(CallResult.Failure);
        Call(CallResult.Success);
        Call(CallResult.Failure);
        _breaker.State.ShouldBe(CircuitState.Closed);
        Call(CallResult.Failure);
        _breaker.State.ShouldBe(CircuitState.Open);
    }

    [Fact]
    public void Slow_calls_open_it_although_they_succeed()
    {
        _breaker.Apply(Rule with { SlowCall = Second, SlowPercent = 75 });
        Call(CallResult.Success, duration: Second - 1);
        Call(CallResult.Success, duration: Second);
        Call(CallResult.Success, duration: Second);
        _breaker.State.ShouldBe(CircuitState.Closed);
        Call(CallResult.Success, duration: Second);
        _breaker.State.ShouldBe(CircuitState.Open);
    }

    [Theory]
    [InlineData(null, 5)]
    [InlineData(2, 5)]
    [InlineData(30, 30)]
    [InlineData(5_000_000, 60)]
    public void A_break_lasts_as_long_as_the_upstream_asks_within_bounds(int? wait, int lasts)
    {
        Trip(wait * Second);

        _now += (lasts * Second) - 1;
        _breaker.TryEnter(_now, out _, out var rest).ShouldBeFalse();
        rest.ShouldBe(1);
        _now++;
        _breaker.TryEnter(_now, out _, out _).ShouldBeTrue();
    }

    [Fact]
    [Fault("PEERS_P1")]
    public void A_cancelled_probe_says_nothing_and_frees_its_place_PEERS_P1()
    {
        var probe = Probe();
        _breaker.TryEnter(_now, out _, out _).ShouldBeFalse();

        _breaker.Report(_now, probe, CallResult.Inconclusive, 0, null);

        _breaker.State.ShouldBe(CircuitState.HalfOpen);
        _breaker.TryEnter(_now, out var next, out _).ShouldBeTrue();
        _breaker.Report(_now, next, CallResult.Success, 0, null);
        _breaker.State.ShouldBe(CircuitState.Closed);
    }

    [Fact]
    [Fault("PEERS_P2")]
    public void A_hanging_probe_loses_its_place_after_a_break_and_is_not_heard_any_more_PEERS_P2()
    {
        var hanging = Probe();
        _breaker.TryEnter(_now + Second, out _, out var rest).ShouldBeFalse();
        rest.ShouldBe(4 * Second, "and never less than nothing");

        _now += 5 * Second;
        _breaker.TryEnter(_now, out var next, out _).ShouldBeTrue();
        _breaker.Report(_now, hanging, CallResult.Failure, 0, null);
        _breaker.State.ShouldBe(CircuitState.HalfOpen);
        _breaker.Report(_now, next, CallResult.Success, 0, null);
        _breaker.State.ShouldBe(CircuitState.Closed);
    }

    [Fact]
    public void At_most_so_many_probes_go_and_so_many_must_succeed()
    {
        _breaker.Apply(Rule with { Probes = 2 });
        var first = Probe();
        _breaker.TryEnter(_now, out var second, out _).ShouldBeTrue();
        _breaker.TryEnter(_now, out _, out _).ShouldBeFalse();

        _breaker.Report(_now, first, CallResult.Success, 0, null);
        _breaker.State.ShouldBe(CircuitState.HalfOpen);
        _breaker.TryEnter(_now, out _, out _).ShouldBeFalse("one succeeded and one is under way");
        _breaker.Report(_now, second, CallResult.Success, 0, null);
        _breaker.State.ShouldBe(CircuitState.Closed);
    }

    [Fact]
    public void A_failing_probe_opens_it_for_another_break()
    {
        var probe = Probe();
        _breaker.Report(_now, probe, CallResult.Failure, 0, 9 * Second);

        _breaker.State.ShouldBe(CircuitState.Open);
        _breaker.TryEnter(_now + (9 * Second) - 1, out _, out _).ShouldBeFalse();
        _breaker.TryEnter(_now + (9 * Second), out _, out _).ShouldBeTrue();
    }

    [Fact]
    public void A_call_from_before_the_break_cannot_end_it()
    {
        _breaker.TryEnter(_now, out var late, out _);
        Trip(null);
        _now += 5 * Second;
        _breaker.TryEnter(_now, out var probe, out _).ShouldBeTrue();

        _breaker.Report(_now, late, CallResult.Success, 0, null);
        _breaker.State.ShouldBe(CircuitState.HalfOpen);
        _breaker.Report(_now, probe, CallResult.Success, 0, null);
        _breaker.Report(_now, late, CallResult.Failure, 0, null);
        _breaker.State.ShouldBe(CircuitState.Closed);
    }

    [Fact]
    [Fault("PEERS_P6")]
    public void A_reload_keeps_it_open_PEERS_P6()
    {
        Trip(null);

        _breaker.Apply(Rule with { Break = Second, FailurePercent = 90, Probes = 3, Window = 60 * Second });

        _breaker.State.ShouldBe(CircuitState.Open);
        _breaker.TryEnter(_now + (5 * Second) - 1, out _, out _).ShouldBeFalse("the break that has begun goes on");
        _breaker.TryEnter(_now + (5 * Second), out _, out _).ShouldBeTrue();
    }

    [Fact]
    public void Fewer_probes_than_have_succeeded_close_it()
    {
        _breaker.Apply(Rule with { Probes = 3 });
        _breaker.Report(_now, Probe(), CallResult.Success, 0, null);

        _breaker.Apply(Rule with { Probes = 1 });

        _breaker.State.ShouldBe(CircuitState.Closed);
    }

    [Fact]
    [Fault("PEERS_P8")]
    public void Counting_allocates_nothing_however_long_it_goes_on_PEERS_P8()
    {
        Call(CallResult.Success);
        Allocated.By(() =>
        {
            for (var call = 0; call < 10_000; call++)
            {
                _now += Second;
                _breaker.TryEnter(_now, out var pass, out _);
                _breaker.Report(_now, pass, call % 3 == 0 ? CallResult.Failure : CallResult.Success, duration: 0, wait: null);
            }
        }).ShouldBe(0);
    }

    [Fact]
    [Fault("PEERS_P8")]
    public void A_window_of_a_tenth_of_a_second_rolls_like_any_other_PEERS_P8()
    {
        var breaker = new CircuitBreaker(Rule with { Window = Second / 10 });
        for (var call = 0; call < 3; call++)
        {
            Report(breaker, 0, CallResult.Failure);
        }

        Report(breaker, Second / 10, CallResult.Failure);
        breaker.State.ShouldBe(CircuitState.Closed, "the first three are past the window");
        for (var call = 0; call < 3; call++)
        {
            Report(breaker, (Second / 10) + (Second / 100), CallResult.Failure);
        }

        breaker.State.ShouldBe(CircuitState.Open);
    }

    [Fact]
    public void By_hand_it_opens_until_it_is_closed_by_hand()
    {
        _breaker.Isolate();
        _breaker.TryEnter(long.MaxValue, out _, out var wait).ShouldBeFalse();
        wait.ShouldBeNull();

        _breaker.Close();
        _breaker.TryEnter(0, out _, out _).ShouldBeTrue();
    }

    [Fact]
    [Fault("H09")]
    public void A_body_that_breaks_off_makes_a_failure_of_its_call_H09()
    {
        for (var i = 0; i < 2; i++)
        {
            Call(CallResult.Success);
        }

        var (first, second) = (Headers(), Headers());
        _breaker.ReportBody(_now, first, isWhole: false);
        _breaker.State.ShouldBe(CircuitState.Closed, "one of four");

        _breaker.ReportBody(_now, second, isWhole: false);
        _breaker.State.ShouldBe(CircuitState.Open, "two of four");
    }

    [Fact]
    [Fault("H09")]
    public void A_run_of_failures_goes_on_through_headers_and_ends_with_a_whole_body_H09()
    {
        _breaker.Apply(Rule with { ConsecutiveFailures = 3, MinimumCalls = 1000 });
        _breaker.ReportBody(_now, Headers(), isWhole: false);
        _breaker.ReportBody(_now, Headers(), isWhole: false);
        _breaker.ReportBody(_now, Headers(), isWhole: true);
        _breaker.ReportBody(_now, Headers(), isWhole: false);
        Call(CallResult.Failure);
        _breaker.State.ShouldBe(CircuitState.Closed);

        _breaker.ReportBody(_now, Headers(), isWhole: false);
        _breaker.State.ShouldBe(CircuitState.Open);
    }

    [Fact]
    public void A_body_from_before_the_break_is_not_heard_and_one_of_a_probe_opens_it_again()
    {
        _breaker.TryEnter(_now, out var late, out _).ShouldBeTrue();
        _breaker.Apply(Rule with { Probes = 2 });
        var probe = Probe();
        _breaker.Report(_now, probe, CallResult.Success, 0, null, isWhole: false);
        _breaker.ReportBody(_now, late, isWhole: false);
        _breaker.State.ShouldBe(CircuitState.HalfOpen);

        _breaker.ReportBody(_now, probe, isWhole: false);

        _breaker.State.ShouldBe(CircuitState.Open);
    }

    private CircuitPass Headers()
    {
        _breaker.TryEnter(_now, out var pass, out _).ShouldBeTrue();
        _breaker.Report(_now, pass, CallResult.Success, 0, null, isWhole: false);
        return pass;
    }

    private static void Report(CircuitBreaker breaker, long now, CallResult result, long duration = 0, long? wait = null)
    {
        breaker.TryEnter(now, out var pass, out _).ShouldBeTrue();
        breaker.Report(now, pass, result, duration, wait);
    }

    private void Call(CallResult result, long duration = 0, long? wait = null) => Report(_breaker, _now, result, duration, wait);

    private void Trip(long? wait)
    {
        for (var i = 0; i < 4; i++)
        {
            Call(CallResult.Failure, wait: wait);
        }
    }

    private CircuitPass Probe()
    {
        Trip(null);
        _now += 5 * Second;
        _breaker.TryEnter(_now, out var probe, out _).ShouldBeTrue();
        return probe;
    }
}
