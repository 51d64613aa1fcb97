using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Regressions;

/// <summary>What goes wrong in the arithmetic of others, each with whose defect it is, so that it never goes wrong here.</summary>
public sealed class PeerDefectTests
{
    private static readonly long Second = TimeSpan.TicksPerSecond;
    private static readonly long Millisecond = TimeSpan.TicksPerMillisecond;

    /// <summary>System.Threading.RateLimiting, token bucket, S1: a full bucket remembers how long it has been full, and refills by that at the next request.</summary>
    [Fact]
    public void S1_Time_spent_full_is_no_credit()
    {
        var (rule, state) = (new TokenBucket(quota: 1, window: Second, burst: 10), default(LimitState));
        Admitted(rule, ref state, 0, wanted: 5).ShouldBe(5);

        Admitted(rule, ref state, 3600 * Second, wanted: 100).ShouldBe(10);
        Admitted(rule, ref state, (3600 * Second) + (300 * Millisecond), wanted: 100).ShouldBe(0);
        Admitted(rule, ref state, 3601 * Second, wanted: 100).ShouldBe(1);
    }

    /// <summary>System.Threading.RateLimiting, partitioned windows, S2: a late replenishment slides by one segment only, so that 500 of 1000 go.</summary>
    [Theory]
    [InlineData(100, 1000)]
    [InlineData(10, 150)]
    [InlineData(10, 250)]
    public void S2_A_window_looked_at_late_has_wholly_passed(int quota, int windowMilliseconds)
    {
        var window = windowMilliseconds * Millisecond;
        foreach (var rule in (LimitRule[])[new SlidingWindow(quota, window), new FixedWindow(quota, window), new FixedWindow(quota, window, WindowAnchor.FirstUse)])
        {
            var (state, admitted) = (default(LimitState), 0);
            for (var round = 0; round < 10; round++)
            {
                admitted += Admitted(rule, ref state, round * window, wanted: 2 * quota);
            }

            admitted.ShouldBe(10 * quota);
        }
    }

    /// <summary>System.Threading.RateLimiting, token bucket, S3: the wait is whole periods, rounded down, and the part of one that has passed is ignored.</summary>
    [Fact]
    public void S3_The_wait_for_several_tokens_is_neither_too_short_nor_too_long()
    {
        var (rule, state) = (new TokenBucket(quota: 2, window: Second, burst: 10), default(LimitState));
        Admitted(rule, ref state, 0, wanted: 10).ShouldBe(10);

        // Five tokens at two a second take 2.5 s from when the bucket was emptied, whenever that is asked.
        rule.Earliest(ref state, new Moment(0), 5).ShouldBe(25 * Second / 10);
        rule.Earliest(ref state, new Moment(12 * Second / 10), 5).ShouldBe(25 * Second / 10);
    }

    /// <summary>System.Threading.RateLimiting, sliding window: twice the quota within 0.91 of a window.</summary>
    [Fact]
    public void A_sliding_window_admits_no_second_quota_within_the_window()
    {
        var (rule, state) = (new SlidingWindow(10, Second), default(LimitState));
        Admitted(rule, ref state, 95 * Millisecond, wanted: 20).ShouldBe(10);

        Admitted(rule, ref state, 1005 * Millisecond, wanted: 20).ShouldBe(0);
        Admitted(rule, ref state, (1095 * Millisecond) - 1, wanted: 20).ShouldBe(0);
        Admitted(rule, ref state, 1095 * Millisecond, wanted: 20).ShouldBe(10);
    }

    /// <summary>System.Threading.RateLimiting, token bucket: periods of 1 to 3 ms give about 247 a second, whatever they should give.</summary>
    [Fact]
    public void A_millisecond_a_token_is_a_thousand_tokens_a_second()
    {
        var (rule, state, admitted) = (new TokenBucket(1, Millisecond, 1), default(LimitState), 0);
        for (var now = 0L; now < Second; now = rule.Earliest(ref state, new Moment(now), 1))
        {
            admitted += Admitted(rule, ref state, now, wanted: 1);
        }

        admitted.ShouldBe(1000);
    }

    /// <summary>bucket4j: the hint is one clock unit short where the time does not divide.</summary>
    [Fact]
    public void The_hint_is_never_a_tick_short()
    {
        var (rule, state) = (new TokenBucket(quota: 3, window: Second, burst: 1), default(LimitState));
        Admitted(rule, ref state, 0, wanted: 1).ShouldBe(1);

        rule.Earliest(ref state, new Moment(0), 1).ShouldBe((Second / 3) + 1);
        Admitted(rule, ref state, Second / 3, wanted: 1).ShouldBe(0);
        Admitted(rule, ref state, (Second / 3) + 1, wanted: 1).ShouldBe(1);
    }

    /// <summary>governor and redis-cell: the time of one is rounded down, which is 0.04 % too many at 700 000 a second and 11 % at 300 million.</summary>
    [Theory]
    [InlineData(700_000)]
    [InlineData(3_000_000)]
    [InlineData(300_000_000)]
    public void The_time_of_one_is_not_rounded(long perSecond)
    {
        var (rule, state) = (new TokenBucket(perSecond, Second, perSecond), default(LimitState));
        rule.Charge(ref state, new Moment(0), perSecond);

        // Exactly so many, and not one more, have flowed in after a second of taking whatever there is.
        var taken = 0L;
        for (var now = 0L; now <= Second; now += Second / 40)
        {
            while (true)
            {
                var share = perSecond;
                while (share > 0 && rule.Earliest(ref state, new Moment(now), share) > now)
                {
                    share /= 2;
                }

                if (share == 0)
                {
                    break;
                }

                rule.Charge(ref state, new Moment(now), share);
                taken += share;
            }
        }

        taken.ShouldBe(perSecond);
    }

    /// <summary>redis_rate, AllowAtMost: taking what there is loses the fraction of a token that is left.</summary>
    [Fact]
    public void Taking_all_there_is_keeps_the_fraction_that_is_left()
    {
        var (rule, state, taken) = (new TokenBucket(quota: 10, window: Second, burst: 10), default(LimitState), 0);
        taken += Admitted(rule, ref state, 0, wanted: 100);
        for (var now = 150 * Millisecond; now <= 3 * Second; now += 150 * Millisecond)
        {
            taken += Admitted(rule, ref state, now, wanted: 100);
        }

        taken.ShouldBe(10 + 30);
    }

    /// <summary>upstash, sliding window and token bucket: a weighted request that is refused is charged all the same.</summary>
    [Fact]
    public void What_is_refused_costs_nothing()
    {
        foreach (var rule in (LimitRule[])[new SlidingWindow(10, Second), new TokenBucket(10, Second, 10), new FixedWindow(10, Second), new Concurrency(10)])
        {
            var (state, at) = (default(LimitState), new Moment(0));
            rule.Charge(ref state, at, 7);
            for (var i = 0; i < 5; i++)
            {
                rule.Earliest(ref state, at, 4).ShouldBeGreaterThan(at.Now);
            }

            rule.Used(ref state, at).ShouldBe(7);
            rule.Earliest(ref state, at, 3).ShouldBe(at.Now);
        }
    }

    /// <summary>bucket4j, folly, upstash, gubernator: what is given back is added to the bucket, capped at its capacity, though time has repaid it already.</summary>
    [Fact]
    public void What_time_has_repaid_is_not_given_back_again()
    {
        var (rule, state) = (new TokenBucket(quota: 1, window: Second, burst: 20), default(LimitState));
        var receipt = rule.Charge(ref state, new Moment(0), 10);
        rule.Charge(ref state, new Moment(10 * Second), 20);

        rule.GiveBack(ref state, new Moment(10 * Second), receipt, 10);

        Admitted(rule, ref state, 10 * Second, wanted: 10).ShouldBe(0);
    }

    /// <summary>Cloudflare, upstash, throttled: two counters, one weighted by how much of its window is left, admit 199 of 100.</summary>
    [Fact]
    public void A_burst_late_in_one_window_leaves_nothing_early_in_the_next()
    {
        var (rule, state) = (new SlidingWindow(100, Second), default(LimitState));
        Admitted(rule, ref state, 0, wanted: 1).ShouldBe(1);
        Admitted(rule, ref state, 999 * Millisecond, wanted: 200).ShouldBe(99);
        Admitted(rule, ref state, 1000 * Millisecond, wanted: 200).ShouldBe(1);
        Admitted(rule, ref state, 1998 * Millisecond, wanted: 200).ShouldBe(0);
        Admitted(rule, ref state, 2000 * Millisecond, wanted: 200).ShouldBe(100);
    }

    private static int Admitted(LimitRule rule, ref LimitState state, long now, int wanted)
    {
        var (at, admitted) = (new Moment(now), 0);
        while (admitted < wanted && rule.Earliest(ref state, at, 1) == now)
        {
            rule.Charge(ref state, at, 1);
            admitted++;
        }

        return admitted;
    }
}
