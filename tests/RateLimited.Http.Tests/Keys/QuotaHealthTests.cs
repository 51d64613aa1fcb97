using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Keys;

namespace RateLimited.Http.Tests.Keys;

/// <summary>How long a quota rests that was refused.</summary>
public sealed class QuotaHealthTests
{
    private const long Second = TimeSpan.TicksPerSecond;
    private static readonly long Hour = TimeSpan.FromHours(1).Ticks;

    [Fact]
    public void It_rests_as_long_as_was_asked_and_not_a_tick_longer()
    {
        var quota = new QuotaHealth();
        quota.OpensAt.ShouldBe(0);

        quota.Limit(now: 10, wait: 20 * Second);

        quota.OpensAt.ShouldBe(10 + (20 * Second));
        quota.IsLimited(10 + (20 * Second) - 1).ShouldBeTrue();
        quota.IsLimited(10 + (20 * Second)).ShouldBeFalse();
    }

    [Fact]
    public void What_another_process_found_used_up_is_found_out_by_one_request_or_by_what_others_say()
    {
        var quota = new QuotaHealth();
        quota.ExhaustedElsewhere(now: 10, until: Hour);
        (quota.IsExhausted(11), quota.OpensAt, quota.ExhaustedUntil).ShouldBe((true, Hour, Hour));

        // One request finds out, and others wait for what it finds.
        quota.Went(Hour);
        quota.OpensAt.ShouldBeGreaterThan(Hour);

        quota.ReturnedElsewhere();
        (quota.IsExhausted(11), quota.OpensAt).ShouldBe((false, 0));
    }

    [Fact]
    public void What_was_found_used_up_here_is_nobody_elses_to_take_back()
    {
        var quota = new QuotaHealth();
        quota.Exhaust(now: 10, sentAt: 5, wait: Hour, isCertain: true);
        quota.ExhaustedElsewhere(now: 20, until: Hour);

        quota.ReturnedElsewhere();

        quota.IsExhausted(30).ShouldBeTrue();
        quota.Succeeded(sentAt: 30);
        quota.IsExhausted(31).ShouldBeFalse();
    }

    [Fact]
    public void Whatever_is_said_in_whatever_order_the_later_deadline_counts() => Prop.ForAll(
        ArbMap.Default.ArbFor<(byte Elapsed, byte Wait, byte Kind)[]>(),
        static steps =>
        {
            var (quota, now, opensAt) = (new QuotaHealth(), 0L, 0L);
            foreach (var (elapsed, wait, kind) in steps)
            {
                now += elapsed;
                switch (kind % 5)
                {
                    case 0:
                        quota.Limit(now, wait);
                        opensAt = Math.Max(opensAt, now + wait);
                        break;
                    case 1:
                        quota.LimitBlindly(now, now, Hour);
                        break;
                    case 2:
                        quota.Exhaust(now, now, wait, isCertain: true);
                        opensAt = Math.Max(opensAt, now + wait);
                        break;
                    case 3:
                        quota.Exhaust(now, now - 1, wait, isCertain: false);
                        break;
                    default:
                        quota.Went(now);
                        break;
                }

                // A rest that is over binds nobody: being told to wait for no time moves no deadline.
                if (opensAt > now && quota.OpensAt < opensAt)
                {
                    return false;
                }

                opensAt = quota.OpensAt;
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Without_a_word_of_how_long_it_is_a_second_and_twice_as_long_each_time_up_to_a_minute_or_what_is_believed()
    {
        var quota = new QuotaHealth();
        var now = 0L;
        List<long> waits = [];
        for (var i = 0; i < 9; i++)
        {
            quota.LimitBlindly(now, sentAt: now, Hour);
            waits.Add((quota.OpensAt - now) / Second);
            now = quota.OpensAt;
        }

        waits.ShouldBe([1, 2, 4, 8, 16, 32, 64, 64, 64]);
        quota.LimitBlindly(now, sentAt: now, longest: 5 * Second);
        quota.OpensAt.ShouldBe(now + (5 * Second));
    }

    [Fact]
    public void What_was_under_way_when_a_rest_began_says_nothing_new()
    {
        var quota = new QuotaHealth();
        quota.LimitBlindly(now: 100, sentAt: 50, Hour);
        var opensAt = quota.OpensAt;

        quota.LimitBlindly(now: 200, sentAt: 60, Hour);
        quota.LimitBlindly(now: 300, sentAt: 99, Hour);

        quota.OpensAt.ShouldBe(opensAt);
    }

    [Fact]
    public void A_success_of_a_later_request_makes_the_next_rest_short_again()
    {
        var quota = new QuotaHealth();
        quota.LimitBlindly(0, 0, Hour);
        quota.LimitBlindly(Second, Second, Hour);

        quota.Succeeded(sentAt: 3 * Second);
        quota.LimitBlindly(4 * Second, 4 * Second, Hour);

        quota.OpensAt.ShouldBe(5 * Second);
    }

    [Fact]
    public void The_first_after_a_rest_keep_a_distance()
    {
        var quota = new QuotaHealth();
        quota.Limit(0, 64 * Second);
        var (now, gone) = (quota.OpensAt, new List<long>());
        for (var i = 0; i < 20; i++)
        {
            now = Math.Max(now, quota.OpensAt);
            quota.Went(now);
            gone.Add(now - (64 * Second));
        }

        gone.Take(16).ShouldBe(Enumerable.Range(0, 16).Select(static i => i * 25 * TimeSpan.TicksPerMillisecond));
        gone.Skip(16).ShouldAllBe(instant => instant == gone[15]);
    }

    [Fact]
    public void An_exhausted_quota_is_back_at_its_own_horizon_be_it_days()
    {
        var quota = new QuotaHealth();
        quota.Exhaust(0, 0, 25 * Hour, isCertain: true);

        quota.OpensAt.ShouldBe(25 * Hour);
        quota.IsExhausted((25 * Hour) - 1).ShouldBeTrue();
        quota.IsExhausted(25 * Hour).ShouldBeFalse();
        quota.Limit(Hour, Second);
        quota.OpensAt.ShouldBe(25 * Hour);
    }

    [Fact]
    public void Where_nobody_says_when_it_returns_one_finds_out_at_intervals_that_grow_to_six_hours()
    {
        var quota = new QuotaHealth();
        var now = 0L;
        List<double> minutes = [];
        for (var i = 0; i < 9; i++)
        {
            quota.Exhaust(now, sentAt: now, wait: 0, isCertain: false);
            minutes.Add(TimeSpan.FromTicks(quota.OpensAt - now).TotalMinutes);
            now = quota.OpensAt;
            quota.IsExhausted(now).ShouldBeTrue("nobody knows yet that it has returned");
            quota.Went(now);
            quota.OpensAt.ShouldBe(now + TimeSpan.TicksPerMinute, "others wait for what the first finds");
        }

        minutes.ShouldBe([10, 20, 40, 80, 160, 320, 360, 360, 360]);
        quota.Succeeded(sentAt: now);
        quota.OpensAt.ShouldBeLessThanOrEqualTo(now);
        quota.IsExhausted(now).ShouldBeFalse();
        quota.Exhaust(now + 1, now + 1, 0, isCertain: false);
        quota.OpensAt.ShouldBe(now + 1 + QuotaHealth.FirstProbe);
    }

    [Fact]
    public void A_success_that_was_under_way_before_does_not_bring_it_back()
    {
        var quota = new QuotaHealth();
        quota.Exhaust(now: 100, sentAt: 90, wait: Hour, isCertain: true);

        quota.Succeeded(sentAt: 95);

        quota.OpensAt.ShouldBe(100 + Hour);
    }

    [Fact]
    public void Nothing_overflows_at_the_end_of_time()
    {
        var quota = new QuotaHealth();
        quota.Limit(long.MaxValue - 5, long.MaxValue);
        quota.Exhaust(long.MaxValue - 5, long.MaxValue - 5, long.MaxValue, isCertain: false);
        quota.Went(long.MaxValue);

        quota.OpensAt.ShouldBe(long.MaxValue);
    }
}
