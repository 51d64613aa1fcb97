using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Regressions;

/// <summary>What the properties of the limits have found in our own arithmetic, each as small as it can be shown.</summary>
public sealed class LimitDefectTests
{
    private static readonly long Second = TimeSpan.TicksPerSecond;
    private static readonly long Hour = TimeSpan.TicksPerHour;

    [Fact]
    public void Two_give_backs_do_not_repay_one_debt_twice()
    {
        var (rule, state) = (new TokenBucket(quota: 1, window: Second, burst: 20), default(LimitState));
        var first = rule.Charge(ref state, new Moment(0), 10);
        var second = rule.Charge(ref state, new Moment(0), 10);
        rule.GiveBack(ref state, new Moment(0), first, 10);
        rule.Charge(ref state, new Moment(5 * Second), 5);

        rule.GiveBack(ref state, new Moment(5 * Second), second, 10);

        // Five have gone at this very instant, so fifteen may go and not twenty.
        rule.Earliest(ref state, new Moment(5 * Second), 15).ShouldBe(5 * Second);
        rule.Earliest(ref state, new Moment(5 * Second), 16).ShouldBe(6 * Second);
    }

    [Fact]
    public void A_fraction_of_a_tick_that_may_be_repaid_is_not_given_back()
    {
        // Ten flow in a tick. After the second charge 1.3 ticks are owed at 4; six more go then.
        var (rule, state) = (new TokenBucket(quota: 10, window: 1, burst: 1000), default(LimitState));
        rule.Charge(ref state, new Moment(1), 24);
        var receipt = rule.Charge(ref state, new Moment(1), 19);
        rule.Charge(ref state, new Moment(4), 6);

        rule.GiveBack(ref state, new Moment(4), receipt, 19);

        // The tick that is surely owed is given back; with all 1.9 the six that have just gone would be owed no more.
        rule.Used(ref state, new Moment(4)).ShouldBe(9);
    }

    [Fact]
    public void A_wall_clock_that_falls_back_a_second_in_an_hour_opens_no_second_window()
    {
        var (rule, state) = (new FixedWindow(100, Hour), default(LimitState));
        var wall = new DateTime(2026, 1, 1, 0, 30, 0, DateTimeKind.Utc).Ticks;
        rule.Charge(ref state, new Moment(0, wall), 100);
        var told = rule.Earliest(ref state, new Moment(0, wall), 1);

        var corrected = new Moment(told, wall - Second);
        rule.Earliest(ref state, corrected, 1).ShouldBe(told + Second);
        rule.Earliest(ref state, corrected with { Now = told + Second }, 100).ShouldBe(told + Second);
    }

    [Fact]
    public void A_settlement_upward_counts_though_the_upstream_has_announced_another_reset()
    {
        var (rule, state) = (new FixedWindow(100, Hour, WindowAnchor.Announced), default(LimitState));
        var receipt = rule.Charge(ref state, new Moment(0), 10);
        rule.Announce(ref state, new Moment(1), Hour / 2);

        rule.ChargeMore(ref state, new Moment(2), receipt, 50);

        rule.Used(ref state, new Moment(2)).ShouldBe(60);
        rule.GiveBack(ref state, new Moment(2), receipt, 20);
        rule.Used(ref state, new Moment(2)).ShouldBe(40);
    }

    [Fact]
    public void An_announcement_after_the_window_does_not_bring_back_its_count()
    {
        var (rule, state) = (new FixedWindow(100, Hour, WindowAnchor.Announced), default(LimitState));
        rule.Charge(ref state, new Moment(0), 100);

        rule.Announce(ref state, new Moment(Hour), 2 * Hour);

        rule.Used(ref state, new Moment(Hour)).ShouldBe(0);
        rule.Earliest(ref state, new Moment(Hour), 100).ShouldBe(Hour);
    }

    [Fact]
    public void A_window_from_first_use_sends_nothing_that_may_begin_the_upstreams_next_one_early()
    {
        var guard = Second;
        var (rule, state) = (new FixedWindow(100, Hour, WindowAnchor.FirstUse), default(LimitState));
        rule.Charge(ref state, new Moment(0, Guard: guard), 1);

        rule.Earliest(ref state, new Moment(Hour - guard - 1, Guard: guard), 99).ShouldBe(Hour - guard - 1);
        rule.Earliest(ref state, new Moment(Hour - guard, Guard: guard), 99).ShouldBe(Hour + guard);
        rule.Earliest(ref state, new Moment(Hour + guard, Guard: guard), 100).ShouldBe(Hour + guard);
    }

    [Fact]
    public void Another_time_zone_begins_no_fresh_quota_within_its_day()
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("East", TimeSpan.FromHours(6), "East", "East");
        var (utc, east) = (new FixedWindow(100, 24 * Hour), new FixedWindow(100, 24 * Hour, zone: zone));
        var (state, wall) = (default(LimitState), new DateTime(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc).Ticks);
        utc.Charge(ref state, new Moment(0, wall), 100);
        east.Adopt(ref state, utc, new Moment(0, wall));

        // Midnight in the east is at 18 h UTC, six hours on, then a day later; that of UTC is no more.
        east.Earliest(ref state, new Moment(0, wall), 1).ShouldBe(6 * Hour);
        east.Charge(ref state, new Moment(6 * Hour, wall), 100);
        east.Earliest(ref state, new Moment(12 * Hour, wall), 1).ShouldBe(30 * Hour);
    }

    [Fact]
    public void Grids_count_from_1970_as_upstreams_do()
    {
        var window = 7 * Second;
        var (rule, state) = (new FixedWindow(1, window), default(LimitState));
        rule.Charge(ref state, new Moment(0, DateTime.UnixEpoch.Ticks + (3 * Second)), 1);

        rule.Earliest(ref state, new Moment(0, DateTime.UnixEpoch.Ticks + (3 * Second)), 1).ShouldBe(4 * Second);
    }

    [Fact]
    public void A_settlement_beyond_the_quota_does_not_repeat_in_the_projection()
    {
        foreach (var rule in (LimitRule[])[new SlidingWindow(10, Second), new FixedWindow(10, Second, WindowAnchor.FirstUse)])
        {
            var state = default(LimitState);
            var receipt = rule.Charge(ref state, new Moment(0), 10);
            rule.ChargeMore(ref state, new Moment(0), receipt, 35);

            rule.Project(ref state, new Moment(0), 10).ShouldBe(Second);
            rule.Project(ref state, new Moment(0), 11).ShouldBe(2 * Second);
        }
    }

    [Fact]
    public void A_change_of_rate_keeps_a_debt_of_less_than_a_tick()
    {
        var (rule, slower) = (new TokenBucket(1000, 1, 1000), new TokenBucket(1, 1000, 1000));
        var state = default(LimitState);
        rule.Charge(ref state, new Moment(5), 999);

        slower.Adopt(ref state, rule, new Moment(5));

        slower.Used(ref state, new Moment(5)).ShouldBe(999);
    }
}
