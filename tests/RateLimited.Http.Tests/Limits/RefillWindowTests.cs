using FsCheck.Fluent;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>How fast a quota flows back, by what answers say of it.</summary>
public sealed class RefillWindowTests
{
    private const long Millisecond = TimeSpan.TicksPerMillisecond;

    [Fact]
    public void What_is_said_counts_and_the_last_of_it()
    {
        var window = default(RefillWindow).Hear(Report(used: 10, after: 200));
        window.IsSaid.ShouldBeFalse();

        window = window.Hear(Report(used: 10, after: 200) with { Window = TimeSpan.TicksPerMinute });
        window.ShouldBe(RefillWindow.Said(TimeSpan.TicksPerMinute));
        window.Hear(Report(used: 10, after: 200)).ShouldBe(window);
        window.Hear(Report(used: 10, after: 200) with { Window = TimeSpan.TicksPerHour }).Ticks.ShouldBe(TimeSpan.TicksPerHour);
        window.Hear(Report(used: 10, after: 200) with { Window = long.MaxValue }).Ticks.ShouldBe(366 * TimeSpan.TicksPerDay);
    }

    [Fact]
    public void More_that_is_used_says_it_closer_and_nothing_used_says_nothing()
    {
        default(RefillWindow).Hear(Report(used: 0, after: 20)).Ticks.ShouldBe(0);
        default(RefillWindow).Hear(Report(used: 5, after: 0)).Ticks.ShouldBe(0);
        default(RefillWindow).Hear(Report(used: 5, after: 20) with { Refills = false }).Ticks.ShouldBe(0);

        var window = default(RefillWindow).Hear(Report(used: 1, after: 20));
        window.Ticks.ShouldBe(4_000 * Millisecond);
        window = window.Hear(Report(used: 11, after: 220));
        window.Ticks.ShouldBe(2_210 * Millisecond);
        window.Hear(Report(used: 2, after: 40)).ShouldBe(window);
    }

    [Fact]
    public void What_cannot_be_true_of_what_was_heard_before_begins_anew()
    {
        var window = default(RefillWindow).Hear(Report(used: 11, after: 220));
        window.Hear(Report(used: 11, after: 2_200)).Ticks.ShouldBe(22_010 * Millisecond);
    }

    /// <summary>Answers to requests that have been counted, with the time until the bucket is full cut to milliseconds.</summary>
    [Fact]
    public void A_quota_is_never_taken_to_flow_back_faster_than_it_does() => Holds.For(
        from limit in Amounts.Between(1, 1_000_000)
        from window in Amounts.Between(Millisecond, TimeSpan.TicksPerDay)
        from useds in Gen.Choose(0, 1 << 20).Select(raw => Amounts.Scaled(raw, 1, limit)).ArrayOf(5)
        from part in Gen.Choose(0, 1_000)
        select (limit, window, useds, part),
        static drawn =>
        {
            var learned = default(RefillWindow);
            foreach (var used in drawn.useds)
            {
                // Of the last one a part has flowed back, unless it is the only one.
                var parts = (Int128)used * 1_000 - (used > 1 ? drawn.part % 1_000 : 0);
                var after = (long)(parts * drawn.window / 1_000 / drawn.limit / Millisecond * Millisecond);
                learned = learned.Hear(new QuotaReport { Limit = drawn.limit, Remaining = drawn.limit - used, ResetAfter = after, Refills = true });
                if (learned.Ticks > 0)
                {
                    learned.Ticks.ShouldBeGreaterThanOrEqualTo(drawn.window);
                }
            }
        });

    /// <summary>Answers whose times are dates: both that of the full bucket and that of the answer are cut to their second, and an answer is sent later than its request is counted.</summary>
    [Fact]
    public void Dates_say_neither_that_a_quota_flows_back_faster_nor_that_it_takes_longer_than_it_does() => Holds.For(
        from limit in Amounts.Between(1, 1_000_000)
        from window in Amounts.Between(Millisecond, TimeSpan.TicksPerDay)
        from useds in Gen.Choose(0, 1 << 20).Select(raw => Amounts.Scaled(raw, 1, limit)).ArrayOf(5)
        from now in Amounts.Between(0, TimeSpan.TicksPerMinute)
        from age in Amounts.Between(0, TimeSpan.TicksPerMinute)
        select (limit, window, useds, now, age),
        static drawn =>
        {
            var learned = default(RefillWindow);
            foreach (var used in drawn.useds)
            {
                var full = drawn.now + (long)((Int128)used * drawn.window / drawn.limit);
                var after = SecondOf(full) - SecondOf(drawn.now + drawn.age);
                learned = learned.Hear(Report(used, after: 0) with { Limit = drawn.limit, Remaining = drawn.limit - used, ResetAfter = after, Precision = TimeSpan.TicksPerSecond, Age = drawn.age });

                learned.Ticks.ShouldBeGreaterThanOrEqualTo(drawn.window);
                learned.Least.ShouldBeLessThanOrEqualTo(drawn.window);
            }

            static long SecondOf(long instant) => instant / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond;
        });

    [Fact]
    public void A_date_of_the_very_second_bounds_a_window_and_one_long_past_says_nothing()
    {
        var now = Report(used: 5, after: 0) with { Precision = TimeSpan.TicksPerSecond };
        default(RefillWindow).Hear(now).ShouldBe(new RefillWindow(25_000 * Millisecond, Least: 0, IsSaid: false));
        default(RefillWindow).Hear(now with { ResetAfter = -TimeSpan.TicksPerSecond }).Ticks.ShouldBe(0);
    }

    [Fact]
    public void Between_the_shortest_and_the_longest_that_agree_nobody_is_told_to_wait_for_longer_than_is_known()
    {
        var window = default(RefillWindow).Hear(Report(used: 1, after: 20));
        window.Soonest(now: 100, latest: 300).ShouldBe(200);
        window.Soonest(now: 100, latest: 100).ShouldBe(100);
        window.Soonest(now: 100, LimitRule.Never).ShouldBe(LimitRule.Never);

        window.Hear(Report(used: 1, after: 20) with { Window = TimeSpan.TicksPerMinute }).Soonest(now: 100, latest: 300).ShouldBe(300);
        RefillWindow.Taken(TimeSpan.TicksPerMinute).Soonest(now: 100, latest: 300).ShouldBe(100);
    }

    private static QuotaReport Report(long used, long after) => new() { Limit = 100, Remaining = 100 - used, ResetAfter = after * Millisecond, Refills = true };
}
