using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>At the ends of every range nothing wraps, nothing throws and nothing is made out of nothing.</summary>
public sealed class ExtremesTests
{
    private const long EndOfTime = long.MaxValue / 4;

    private static readonly long EightHours = TimeSpan.FromHours(8).Ticks;

    [Fact]
    public void Costs_beyond_the_range_close_a_limit_and_never_wrap() => Holds.For(Rules.With(Scenarios.Any, Rules.All), static drawn =>
    {
        var scenario = drawn.Scenario;
        var rule = Rules.Of(drawn.Kind, scenario);
        var drive = new Drive(rule, scenario);
        drive.Run();
        var receipt = rule.Charge(ref drive.State, drive.At, 1);
        for (var i = 0; i < 10; i++)
        {
            rule.ChargeMore(ref drive.State, drive.At, receipt, long.MaxValue - i);
            rule.Charge(ref drive.State, drive.At, long.MaxValue);
            rule.Used(ref drive.State, drive.At).ShouldBeGreaterThan(rule.Quota);
            rule.Earliest(ref drive.State, drive.At, 1).ShouldBeGreaterThan(drive.Now);
            rule.Earliest(ref drive.State, drive.At, rule.Capacity).ShouldBeGreaterThan(drive.Now);
            rule.Project(ref drive.State, drive.At, long.MaxValue).ShouldBeGreaterThan(drive.Now);
            rule.FreshAt(drive.State, drive.At).ShouldBeGreaterThan(drive.Now);
            rule.AdmitsThroughout(drive.State, drive.At, drive.Now, 1).ShouldBeFalse();
            drive.Now += (scenario.Window / 100) + 1;
        }
    });

    [Fact]
    public void A_sliding_window_that_was_overdrawn_beyond_the_range_recovers_exactly() => Holds.For(Scenarios.Any, static scenario =>
    {
        var rule = new SlidingWindow(scenario.Quota, scenario.Window);
        var (state, at) = (default(LimitState), new Moment(scenario.Start));
        var first = rule.Charge(ref state, at, 1);
        rule.ChargeMore(ref state, at, first, long.MaxValue);
        at = at with { Now = at.Now + (scenario.Window / 2) };
        var second = rule.Charge(ref state, at, 1);
        rule.ChargeMore(ref state, at, second, long.MaxValue);

        // What is not known cannot be given back.
        rule.GiveBack(ref state, at, second, long.MaxValue);
        rule.Earliest(ref state, at, 1).ShouldBe(at.Now + scenario.Window);
        at = at with { Now = at.Now + scenario.Window - 1 };
        rule.Used(ref state, at).ShouldBeGreaterThan(scenario.Quota);
        at = at with { Now = at.Now + 1 };
        rule.Used(ref state, at).ShouldBe(0);
        rule.Earliest(ref state, at, scenario.Quota).ShouldBe(at.Now);
    });

    [Fact]
    public void Near_the_end_of_time_everything_still_goes_on() => Holds.For(Rules.With(Scenarios.Any, Kind.Sliding, Kind.Bucket, Kind.FirstUse, Kind.Announced), static drawn =>
    {
        var late = drawn.Scenario with { Start = EndOfTime - (drawn.Scenario.Steps[0].RawPause % 10) };
        var rule = Rules.Of(drawn.Kind, late);
        Drive drive = null!;
        drive = new Drive(rule, late)
        {
            CanChargeMore = false,
            AfterStep = admitted =>
            {
                rule.Earliest(ref drive.State, drive.At, rule.Capacity).ShouldBeGreaterThanOrEqualTo(drive.Now);
                if (admitted is not null && drawn.Kind == Kind.Sliding)
                {
                    (drive.Ledger.Within(late.Window + late.Guard) <= late.Quota).ShouldBeTrue();
                }
            },
        };
        drive.Run();
        drive.Ledger.Entries.ShouldNotBeNull();
    });

    [Fact]
    public void A_leap_of_eight_hours_lets_one_burst_go_and_no_more() => Holds.For(Rules.With(Scenarios.Any, Kind.Sliding, Kind.Bucket, Kind.Aligned, Kind.FirstUse), static drawn =>
    {
        var rule = Rules.Of(drawn.Kind, drawn.Scenario);
        var drive = new Drive(rule, drawn.Scenario with { Guard = 0 });
        drive.Run();
        drive.Now += EightHours;

        var gone = 0L;
        for (var share = rule.Capacity; share >= 1; share /= 2)
        {
            for (var i = 0; i < 3 && rule.Earliest(ref drive.State, drive.At, share) == drive.Now; i++)
            {
                rule.Charge(ref drive.State, drive.At, share);
                gone += share;
            }
        }

        gone.ShouldBeLessThanOrEqualTo(rule.Capacity);
    });

    [Fact]
    public void A_wall_clock_that_leaps_by_years_moves_windows_and_breaks_nothing() => Holds.For(Rules.With(Scenarios.Any, Kind.Aligned, Kind.Midnight), static drawn =>
    {
        var scenario = drawn.Scenario;
        var rule = Rules.Of(drawn.Kind, scenario);
        var drive = new Drive(rule, scenario);
        foreach (var step in scenario.Steps)
        {
            // From before year 1 to after year 9999.
            var years = (step.RawLease % 40_000) - 20_000;
            drive.Wall = Scenario.Wall + (years * 365L * TimeSpan.TicksPerDay);
            drive.Take(step);
            rule.Used(ref drive.State, drive.At).ShouldBeGreaterThanOrEqualTo(0);
            drive.State.Mark.ShouldBeGreaterThan(drive.Now);
            rule.Charge(ref drive.State, drive.At, scenario.Quota);
            rule.Earliest(ref drive.State, drive.At, 1).ShouldBeGreaterThan(drive.Now);
        }
    });

    [Fact]
    public void After_the_last_day_of_the_calendar_windows_still_last_as_long() => Holds.For(Rules.With(Scenarios.Any, Kind.Aligned, Kind.Midnight), static drawn =>
    {
        var rule = Rules.Of(drawn.Kind, drawn.Scenario);
        var (state, at) = (default(LimitState), new Moment(drawn.Scenario.Start, DateTime.MaxValue.Ticks));

        rule.Charge(ref state, at, rule.Quota);

        rule.Earliest(ref state, at, 1).ShouldBe(at.Now + rule.Window);
    });

    [Fact]
    public void A_wall_clock_that_drifts_back_opens_no_window_twice() => Holds.For(Scenarios.Any, static scenario =>
    {
        // Whenever it is looked at in passing our clock is ahead; whenever something goes it is right.
        var rule = new FixedWindow(scenario.Quota, scenario.Window);
        var (state, now) = (default(LimitState), scenario.Start);
        var sent = new HashSet<long>();
        foreach (var step in scenario.Steps)
        {
            var ahead = step.RawPause % Math.Max(scenario.Window / 4, 1);
            if (WindowOf(now + ahead) == WindowOf(now))
            {
                rule.Used(ref state, new Moment(now, Scenario.Wall + ahead));
            }

            for (long told; (told = rule.Earliest(ref state, new Moment(now, Scenario.Wall), scenario.Quota)) > now; now = told)
            {
            }

            rule.Charge(ref state, new Moment(now, Scenario.Wall), scenario.Quota);
            sent.Add(WindowOf(now)).ShouldBeTrue();
        }

        long WindowOf(long instant) => (instant + Scenario.Wall - DateTime.UnixEpoch.Ticks) / scenario.Window;
    });

    [Fact]
    public void The_largest_quota_in_the_shortest_window_is_paced_to_the_tick()
    {
        var bucket = new TokenBucket(Amounts.LargestQuota, Amounts.ShortestWindow, Amounts.LargestQuota);
        var (state, at) = (default(LimitState), new Moment(7));
        bucket.Charge(ref state, at, Amounts.LargestQuota);

        bucket.Earliest(ref state, at, 1).ShouldBe(8);
        bucket.Earliest(ref state, at, 100_000_000).ShouldBe(8);
        bucket.Earliest(ref state, at, 100_000_001).ShouldBe(9);
        bucket.Earliest(ref state, at, Amounts.LargestQuota).ShouldBe(7 + Amounts.ShortestWindow);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(long.MinValue, 1)]
    [InlineData(1, 0)]
    [InlineData(1, -1)]
    public void A_quota_or_a_window_of_nothing_is_refused(long quota, long window)
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new SlidingWindow(quota, window));
        Should.Throw<ArgumentOutOfRangeException>(() => new TokenBucket(quota, window, 1));
        Should.Throw<ArgumentOutOfRangeException>(() => new FixedWindow(quota, window));
        if (quota < 1)
        {
            Should.Throw<ArgumentOutOfRangeException>(() => new Concurrency(quota));
            Should.Throw<ArgumentOutOfRangeException>(() => new TokenBucket(1, 1, quota));
        }
    }

    [Fact]
    public void A_burst_that_takes_millennia_to_fill_is_bounded_rather_than_boundless()
    {
        var bucket = new TokenBucket(1, Amounts.LongestWindow, Amounts.LargestQuota);
        var (state, at) = (default(LimitState), new Moment(0));

        bucket.Capacity.ShouldBeInRange(20_000, 30_000);
        bucket.Charge(ref state, at, bucket.Burst);

        bucket.Earliest(ref state, at, 1).ShouldBe(Amounts.LongestWindow);
    }
}
