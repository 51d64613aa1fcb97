using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;
using RateLimited.Http.Tests.Limits.Models;

namespace RateLimited.Http.Tests.Limits;

/// <summary>Fixed windows by example, at the edges of what properties draw.</summary>
public sealed class FixedWindowTests
{
    private const long Window = TimeSpan.TicksPerSecond;
    private const long Guard = Window / 10;

    private readonly FixedWindow _aligned = new(10, Window);
    private readonly FixedWindow _firstUse = new(10, Window, WindowAnchor.FirstUse);
    private LimitState _state;

    [Fact]
    public void What_may_go_now_but_not_when_it_can_is_told_the_next_window()
    {
        _firstUse.Charge(ref _state, At(0), 1);

        _firstUse.EarliestNotBefore(ref _state, At(5), 9, Window - Guard - 1).ShouldBe(Window - Guard - 1);
        _firstUse.EarliestNotBefore(ref _state, At(5), 9, Window - Guard).ShouldBe(Window + Guard);
        _firstUse.EarliestNotBefore(ref _state, At(5), 10, 7).ShouldBe(Window + Guard);
        _firstUse.EarliestNotBefore(ref _state, At(5), 9, Window + Guard).ShouldBe(Window + Guard);
        _firstUse.EarliestNotBefore(ref _state, At(5), 9, Window + Guard + 1).ShouldBe(Window + Guard + 1);
        _firstUse.EarliestNotBefore(ref _state, At(5), 11, 7).ShouldBe(LimitRule.Never);
        _aligned.EarliestNotBefore(ref _state, At(5), 11, 7).ShouldBe(LimitRule.Never);
    }

    [Fact]
    public void A_window_of_first_use_has_not_begun_where_nothing_that_was_charged_in_it_was_sent()
    {
        var first = _firstUse.Charge(ref _state, At(0), 3);
        var second = _firstUse.Charge(ref _state, At(5), 1);
        Leave(first, 3, now: 20);
        _firstUse.Earliest(ref _state, At(20), 10).ShouldBe(Window + Guard, "the other may have begun the upstream's");

        Leave(second, 1, now: 50);

        _firstUse.Earliest(ref _state, At(50), 10).ShouldBe(50);
        _firstUse.Charge(ref _state, At(60), 10);
        _firstUse.NeverSent(ref _state, At(70), second);
        _firstUse.Earliest(ref _state, At(70), 1).ShouldBe(60 + Window + Guard);

        var aligned = default(LimitState);
        var receipt = _aligned.Charge(ref aligned, At(0), 10);
        _aligned.GiveBack(ref aligned, At(1), receipt, 10);
        _aligned.NeverSent(ref aligned, At(1), receipt);
        _aligned.Charge(ref aligned, At(2), 10);
        _aligned.Earliest(ref aligned, At(3), 1).ShouldBe(Window);

        void Leave(long receipt, long amount, long now)
        {
            _firstUse.GiveBack(ref _state, At(now), receipt, amount);
            _firstUse.NeverSent(ref _state, At(now), receipt);
        }
    }

    [Fact]
    public void What_waits_beyond_the_window_is_told_whether_late_charges_leave_room_in_the_next()
    {
        _aligned.Charge(ref _state, At(0), 2);
        _aligned.Charge(ref _state, At(Window - 20), 5);

        _aligned.EarliestNotBefore(ref _state, At(Window - 15), 3, Window - 5).ShouldBe(Window - 5);
        _aligned.EarliestNotBefore(ref _state, At(Window - 15), 4, Window - 5).ShouldBe(Window);
        _aligned.EarliestNotBefore(ref _state, At(Window - 15), 5, Window + 9).ShouldBe(Window + 9);
        _aligned.EarliestNotBefore(ref _state, At(Window - 15), 6, Window - 5).ShouldBe(2 * Window);
        _aligned.EarliestNotBefore(ref _state, At(Window - 15), 6, Window + 9).ShouldBe(2 * Window);
        _aligned.EarliestNotBefore(ref _state, At(Window - 15), 6, (2 * Window) + 9).ShouldBe((2 * Window) + 9);
    }

    [Fact]
    public void The_first_to_look_into_the_next_window_sees_what_was_sent_late()
    {
        _aligned.Charge(ref _state, At(Window - 20), 5);
        _aligned.FreshAt(_state, At(Window - 20)).ShouldBe(2 * Window);

        _aligned.Used(ref _state, At(Window)).ShouldBe(5);
    }

    [Fact]
    public void The_first_to_look_into_the_next_window_sees_what_arrived_in_it()
    {
        var receipt = _aligned.Charge(ref _state, At(Window / 2), 4);

        var later = _aligned.Answer(ref _state, At(Window + 3), receipt, 4, Window);

        later.ShouldNotBe(receipt);
        _aligned.Used(ref _state, At(Window + 3)).ShouldBe(4);
    }

    [Fact]
    public void What_was_sent_late_is_still_late_when_the_window_changes()
    {
        _aligned.Charge(ref _state, At(0), 1);
        _aligned.Charge(ref _state, At(Window - 20), 5);
        var twice = new FixedWindow(10, 2 * Window);

        twice.Adopt(ref _state, _aligned, At(Window - 10));

        _ = twice.Earliest(ref _state, At(Window - 10), 10);
        twice.Used(ref _state, At(Window - 10)).ShouldBe(6);
        var end = twice.Earliest(ref _state, At(Window - 10), 5);
        twice.Used(ref _state, At(end)).ShouldBe(5);
    }

    [Fact]
    public void Nothing_is_late_any_more_where_windows_begin_at_first_use()
    {
        _aligned.Charge(ref _state, At(Window - 20), 5);

        _firstUse.Adopt(ref _state, _aligned, At(Window - 10));

        _firstUse.Earliest(ref _state, At(Window - 10), 10).ShouldBe((2 * Window) - 10 + Guard);
        _firstUse.FreshAt(_state, At(Window - 10)).ShouldBe((2 * Window) - 10 + Guard);
    }

    [Fact]
    public void Another_window_or_another_anchor_is_another_rule()
    {
        _aligned.Charge(ref _state, At(0), 10);
        var half = new FixedWindow(10, Window / 2);
        half.Adopt(ref _state, _aligned, At(1));
        half.Earliest(ref _state, At(1), 10).ShouldBe(Window / 2);

        _firstUse.Adopt(ref _state, half, At(2));
        _firstUse.Earliest(ref _state, At(2), 10).ShouldBe(2 + Window + Guard);
        new FixedWindow(10, Window, WindowAnchor.Announced).Adopt(ref _state, _firstUse, At(3));
        _firstUse.Earliest(ref _state, At(3), 10).ShouldBe(3 + Window + Guard);
    }

    [Fact]
    public void What_was_never_used_is_unused_after_a_change()
    {
        foreach (var previous in (LimitRule[])[new SlidingWindow(10, Window), new TokenBucket(10, Window, 10), new FixedWindow(10, 2 * Window), new FixedWindow(10, Window, WindowAnchor.Announced), new Concurrency(10)])
        {
            _state = default;
            _firstUse.Adopt(ref _state, previous, At(50));
            _firstUse.FreshAt(_state, At(50)).ShouldBe(0);
        }
    }

    [Fact]
    public void Receipts_of_a_window_that_was_adopted_are_still_good()
    {
        var before = _aligned.Charge(ref _state, At(0), 4);
        var next = new FixedWindow(10, 2 * Window);
        next.Adopt(ref _state, _aligned, At(1));

        next.GiveBack(ref _state, At(2), before, 1);
        next.ChargeMore(ref _state, At(2), before, 5);

        next.Used(ref _state, At(2)).ShouldBe(8);
    }

    [Fact]
    public void A_clock_that_fell_back_is_forgotten_once_its_window_is_over()
    {
        _aligned.Charge(ref _state, At(0), 10);
        var back = Scenario.Wall - 30;

        // The window's end comes 30 later than reckoned; nobody looks before that.
        _aligned.Earliest(ref _state, new Moment(Window + 30, back), 10).ShouldBe(Window + 30);
        _aligned.Charge(ref _state, new Moment(Window + 30, back), 10);
        _aligned.Earliest(ref _state, new Moment(Window + 30, back), 1).ShouldBe((2 * Window) + 30);

        _aligned.Used(ref _state, new Moment(9 * Window, back - 30)).ShouldBe(0);
        _aligned.Charge(ref _state, new Moment(9 * Window, back - 30), 10);
        _aligned.Earliest(ref _state, new Moment(9 * Window, back - 30), 1).ShouldBe((9 * Window) + 60);
    }

    [Fact]
    public void Projections_count_the_days_that_are_longer_and_shorter()
    {
        foreach (var name in Zones.Names)
        {
            var (zone, state) = (Zones.Find(name), default(LimitState));
            var rule = new FixedWindow(1, TimeSpan.TicksPerDay, zone: zone);
            var at = new Moment(5, Scenario.Wall);
            rule.Charge(ref state, at, 1);
            var expected = at.Now;
            for (var days = 1; days < 365; days++)
            {
                expected = Zones.NextAfter(zone, 1, expected + Scenario.Wall) - Scenario.Wall;
                rule.Project(ref state, at, days).ShouldBe(expected, $"{name}, {days} days on");
            }
        }
    }

    [Theory]
    [InlineData(false, 6.5)]
    [InlineData(true, 3.5)]
    public void Windows_of_seven_days_begin_on_thursdays_and_in_a_time_zone_on_mondays(bool isZoned, double days)
    {
        var rule = new FixedWindow(1, 7 * TimeSpan.TicksPerDay, zone: isZoned ? TimeZoneInfo.Utc : null);
        var thursday = new Moment(0, new DateTime(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc).Ticks);

        rule.Charge(ref _state, thursday, 1);

        rule.Earliest(ref _state, thursday, 1).ShouldBe((long)(days * TimeSpan.TicksPerDay));
    }

    [Fact]
    public void Projections_end_with_the_range()
    {
        var rule = new FixedWindow(1, Amounts.LongestWindow);

        rule.Project(ref _state, At(0), long.MaxValue).ShouldBe(long.MaxValue);
        rule.Project(ref _state, At(0), 10_000).ShouldBeInRange(9_998 * Amounts.LongestWindow, 10_000 * Amounts.LongestWindow);
        _firstUse.Project(ref _state, At(0), long.MaxValue).ShouldBe(long.MaxValue);
    }

    [Fact]
    public void Projections_in_the_late_stretch_take_the_room_of_the_next_window()
    {
        _aligned.Charge(ref _state, At(0), 7);
        _aligned.Charge(ref _state, At(Window - 20), 1);

        // Two go at once and are late too: seven may go in the next, ten in the one after.
        _aligned.Project(ref _state, At(Window - 10), 2).ShouldBe(Window - 10);
        _aligned.Project(ref _state, At(Window - 10), 9).ShouldBe(Window);
        _aligned.Project(ref _state, At(Window - 10), 10).ShouldBe(2 * Window);
        _aligned.Project(ref _state, At(Window - 10), 19).ShouldBe(2 * Window);
        _aligned.Project(ref _state, At(Window - 10), 20).ShouldBe(3 * Window);
    }

    private static Moment At(long now) => new(now, Scenario.Wall, Guard);
}
