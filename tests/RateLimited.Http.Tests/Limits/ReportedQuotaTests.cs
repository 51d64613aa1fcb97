using FsCheck.Fluent;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>What an upstream says of its limits, against what it counts.</summary>
public sealed class ReportedQuotaTests
{
    private const long Second = TimeSpan.TicksPerSecond;
    private const long Minute = TimeSpan.TicksPerMinute;
    private const long Hour = TimeSpan.TicksPerHour;

    private readonly ReportedQuota _quota = new(longest: Hour, isKept: false);

    [Fact]
    public void Before_anything_is_said_everything_goes()
    {
        _quota.Earliest(At(0), long.MaxValue).ShouldBe(0);
        _quota.Charge(At(0), 1000);
        _quota.Earliest(At(0), 1).ShouldBe(0);
        _quota.Used(At(0)).ShouldBe(0);
        _quota.FreshAt(At(0)).ShouldBe(0);
        _quota.Project(At(0), 1_000_000).ShouldBe(0);
    }

    [Fact]
    public void What_is_under_way_is_taken_off_what_remains()
    {
        var first = _quota.Charge(At(0), 1);
        _quota.Charge(At(0), 1);
        _quota.Charge(At(0), 1);

        Hear(0, Window(6, remaining: 4, resetAfter: 30 * Second), first);

        _quota.Earliest(At(1), 2).ShouldBe(1);
        _quota.Earliest(At(1), 3).ShouldBe(30 * Second);
        _quota.Used(At(1)).ShouldBe(4);
        _quota.FreshAt(At(1)).ShouldBe(30 * Second);
        _quota.Project(At(1), 2).ShouldBe(1);
        _quota.Project(At(1), 3).ShouldBe(30 * Second);
        _quota.Project(At(1), 8).ShouldBe(30 * Second);
        _quota.Project(At(1), 9).ShouldBe((30 * Second) + Minute);
    }

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 4)]
    public void What_ended_without_a_word_was_counted_unless_it_never_left(bool wasCounted, long expected)
    {
        var first = _quota.Charge(At(0), 1);
        _quota.Charge(At(0), 1);
        Hear(0, Window(6, remaining: 4, resetAfter: 30 * Second), first);

        _quota.End(At(1), 1, wasCounted);

        _quota.Earliest(At(1), expected).ShouldBe(1);
        _quota.Earliest(At(1), expected + 1).ShouldBe(30 * Second);
    }

    [Fact]
    public void In_whatever_order_requests_and_responses_arrive_nothing_is_lost_and_nothing_too_many() => Holds.For(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var (limit, counted, sent, now) = (random.Next(2, 60), 0, 0, 0L);
        var quota = new ReportedQuota(Hour, isKept: false);
        List<long> onTheWay = [];
        List<(long Receipt, int Remaining)> answers = [];
        Listen(quota, Send(quota), 0, limit, --limit);
        while (sent < limit + 20)
        {
            now += random.Next(3);
            switch (random.Next(3))
            {
                case 0 when quota.Earliest(At(now), 1) == now:
                    onTheWay.Add(Send(quota));
                    break;
                case 1 when onTheWay.Count > 0:
                    var arriving = random.Next(onTheWay.Count);
                    counted++;
                    answers.Add((onTheWay[arriving], limit - counted));
                    onTheWay.RemoveAt(arriving);
                    break;
                case 2 when answers.Count > 0:
                    var answering = random.Next(answers.Count);
                    Listen(quota, answers[answering].Receipt, now, limit + 1, answers[answering].Remaining);
                    answers.RemoveAt(answering);
                    break;
                default:
                    break;
            }

            counted.ShouldBeLessThanOrEqualTo(limit);
            sent++;
        }

        while (onTheWay.Count > 0)
        {
            counted++;
            answers.Add((onTheWay[^1], limit - counted));
            onTheWay.RemoveAt(onTheWay.Count - 1);
        }

        answers.ForEach(answer => Listen(quota, answer.Receipt, now, limit + 1, answer.Remaining));
        quota.Earliest(At(now), Math.Max(limit - counted, 1)).ShouldBe(counted < limit ? now : Minute);
        quota.Earliest(At(now), limit - counted + 1).ShouldBe(Minute);

        long Send(ReportedQuota of) => of.Charge(At(now), 1);

        static void Listen(ReportedQuota to, long receipt, long now, long limit, long remaining) =>
            to.Hear(At(now), Window(limit, remaining, Minute - now), receipt, 1, 0);
    });

    [Fact]
    public void A_new_window_is_known_by_its_end()
    {
        Hear(0, Window(10, remaining: 0, resetAfter: 30 * Second), _quota.Charge(At(0), 1));
        _quota.Earliest(At(1), 1).ShouldBe(30 * Second);

        Hear(1, Window(10, remaining: 9, resetAfter: 90 * Second), _quota.Charge(At(1), 1));

        _quota.Earliest(At(2), 9).ShouldBe(2);
        _quota.Earliest(At(2), 10).ShouldBe((90 * Second) + 1);
    }

    [Fact]
    public void What_was_sent_before_says_nothing_of_the_new_window()
    {
        var older = _quota.Charge(At(0), 1);
        Hear(0, Window(10, remaining: 0, resetAfter: 90 * Second), _quota.Charge(At(0), 1));

        Hear(1, Window(10, remaining: 9, resetAfter: 30 * Second), older);
        Hear(2, Window(10, remaining: 9, resetAfter: 30 * Second), older);

        _quota.Earliest(At(3), 1).ShouldBe(90 * Second);
    }

    [Fact]
    public void An_earlier_end_must_be_said_twice()
    {
        Hear(0, Window(10, remaining: 0, resetAfter: 90 * Second), _quota.Charge(At(0), 1));

        Hear(0, Window(10, remaining: 0, resetAfter: 30 * Second), _quota.Charge(At(0), 1));
        _quota.Earliest(At(0), 1).ShouldBe(90 * Second);
        Hear(0, Window(10, remaining: 0, resetAfter: 31 * Second), _quota.Charge(At(0), 1));
        _quota.Earliest(At(0), 1).ShouldBe(31 * Second);
    }

    [Fact]
    public void An_end_that_flickers_is_one_end()
    {
        Hear(0, Window(10, remaining: 5, resetAfter: 30 * Second), _quota.Charge(At(0), 1));
        Hear(0, Window(10, remaining: 5, resetAfter: 31 * Second), _quota.Charge(At(0), 1));
        Hear(0, Window(10, remaining: 9, resetAfter: 29 * Second), _quota.Charge(At(0), 1));

        _quota.Earliest(At(0), 5).ShouldBe(0);
        _quota.Earliest(At(0), 6).ShouldBe(31 * Second);
    }

    [Fact]
    public void After_the_end_the_whole_limit_is_there_until_somebody_says_otherwise()
    {
        _quota.Hear(At(0), Window(10, remaining: 0, resetAfter: 30 * Second), _quota.Charge(At(0), 10), 10, 0);
        _quota.Earliest(At(0), 1).ShouldBe(30 * Second);

        _quota.Earliest(At(30 * Second), 10).ShouldBe(30 * Second);
        _quota.Charge(At(30 * Second), 10);
        _quota.Earliest(At(31 * Second), 1).ShouldBe((30 * Second) + Minute);
        _quota.End(At(31 * Second), 10, wasCounted: true);
        _quota.Earliest(At((30 * Second) + Minute), 10).ShouldBe((30 * Second) + Minute);
    }

    [Fact]
    public void Where_others_take_part_a_window_begins_with_little_and_ends_one_by_one()
    {
        Hear(0, Window(160, remaining: 80, resetAfter: 30 * Second), _quota.Charge(At(0), 1));
        var now = 30 * Second;
        _quota.Earliest(At(now), 10).ShouldBe(now);
        Hear(now, Window(160, remaining: 40, resetAfter: Minute), _quota.Charge(At(now), 1));
        _quota.Charge(At(now), 1);
        _quota.Earliest(At(now), 4).ShouldBe(now);
        _quota.Earliest(At(now), 5).ShouldBe(now + Minute, "an answer makes room, or else the next window");
        _quota.Earliest(At(now), 40).ShouldBe(now + Minute);

        // Old news: one goes and finds out.
        _quota.Earliest(At(now + Second), 1).ShouldBeInRange(now + Minute, LimitRule.Never - 1, "an answer makes room, or else that nobody was seen for long");
        _quota.End(At(now + Second), 1, wasCounted: true);
        _quota.Earliest(At(now + Second), 1).ShouldBe(now + Second);
    }

    [Fact]
    public void Others_are_forgotten_when_nothing_was_seen_of_them_for_long()
    {
        Hear(0, Window(160, remaining: 80, resetAfter: 30 * Second), _quota.Charge(At(0), 1));

        _quota.Earliest(At(8 * Minute), 160).ShouldBe(8 * Minute);
    }

    [Fact]
    public void A_request_that_costs_more_than_there_ever_is_goes_alone()
    {
        Hear(0, Window(10, remaining: 3, resetAfter: 30 * Second), _quota.Charge(At(0), 1));

        _quota.Earliest(At(0), 50).ShouldBe(30 * Second);
        _quota.Earliest(At(30 * Second), 50).ShouldBe(30 * Second);
    }

    [Fact]
    public void Where_nothing_remains_and_nobody_says_until_when_it_is_a_second()
    {
        Hear(0, new QuotaReport { Unit = UnitCost.Requests, Remaining = 0 }, _quota.Charge(At(0), 1));
        _quota.Earliest(At(1), 1).ShouldBe(Second);
        _quota.Earliest(At(Second), 1000).ShouldBe(Second);

        Hear(Second, new QuotaReport { Unit = UnitCost.Requests, Remaining = 7 }, _quota.Charge(At(Second), 1));
        _quota.Earliest(At(Second), 1000).ShouldBe(Second);
    }

    [Fact]
    public void An_end_that_is_past_is_of_a_window_that_is_over()
    {
        Hear(0, Window(10, remaining: 0, resetAfter: 0), _quota.Charge(At(0), 1));

        _quota.Earliest(At(0), 5).ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_said_too_long_ago_is_forgotten_where_there_are_other_limits(bool isKept)
    {
        var quota = new ReportedQuota(Hour, isKept);
        quota.Hear(At(0), Window(10, remaining: 5, resetAfter: 30 * Second), quota.Charge(At(0), 1), 1, 0);
        var later = At((2 * Hour) + 1);

        quota.Earliest(later, 10).ShouldBe(later.Now);
        quota.Charge(later, 10);
        quota.Earliest(later, 1).ShouldBe(isKept ? later.Now + Minute : later.Now);
        quota.Limit.ShouldBe(isKept ? 10 : 0);
    }

    [Fact]
    public void A_bucket_is_as_full_as_is_said_less_what_is_under_way()
    {
        var first = _quota.Charge(At(0), 1);
        _quota.Charge(At(0), 4);

        Hear(0, Bucket(60, remaining: 10), first);

        _quota.Earliest(At(0), 6).ShouldBe(0);
        _quota.Earliest(At(0), 7).ShouldBe(Second);
        _quota.Used(At(0)).ShouldBe(54);
        _quota.Project(At(0), 66).ShouldBe(Minute);
        _quota.FreshAt(At(0)).ShouldBe(54 * Second);
    }

    [Fact]
    public void A_fuller_bucket_must_be_said_twice_and_an_emptier_one_once()
    {
        Hear(0, Bucket(60, remaining: 10), _quota.Charge(At(0), 1));

        Hear(0, Bucket(60, remaining: 30), _quota.Charge(At(0), 1));
        _quota.Earliest(At(0), 10).ShouldBe(Second);
        Hear(0, Bucket(60, remaining: 40), _quota.Charge(At(0), 1));
        _quota.Earliest(At(0), 29).ShouldBe(0);
        _quota.Earliest(At(0), 30).ShouldBe(Second);
        Hear(0, Bucket(60, remaining: 5), _quota.Charge(At(0), 1));
        _quota.Earliest(At(0), 6).ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Figures_beyond_the_range_stay_in_it()
    {
        Hear(0, new QuotaReport { Unit = UnitCost.Requests, Limit = long.MaxValue, Remaining = 3, Window = 7, Refills = true }, _quota.Charge(At(0), 1));

        _quota.Earliest(At(0), long.MaxValue).ShouldBeInRange(0, Hour);
        _quota.Limit.ShouldBe(1_000_000_000_000_000);
        Hear(0, new QuotaReport { Unit = UnitCost.Requests, Limit = long.MaxValue, Remaining = long.MaxValue, Window = long.MaxValue, Refills = true }, _quota.Charge(At(0), 1));
        _quota.Window.ShouldBe(TimeSpan.FromDays(366).Ticks);
    }

    [Fact]
    public void A_window_without_an_end_flows_back()
    {
        Hear(0, new QuotaReport { Unit = "tokens", Limit = 60, Remaining = 0, Window = Minute, NamedWindow = Minute }, _quota.Charge(At(0), 1));

        _quota.Earliest(At(0), 1).ShouldBe(Second);
        _quota.Earliest(At(0), 60).ShouldBe(Minute);
    }

    [Fact]
    public void Nobody_waits_longer_for_what_was_said_than_is_believed() => Holds.For(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var quota = new ReportedQuota(Hour, random.Next(2) == 0);
        var now = 0L;
        for (var step = 0; step < 60; step++)
        {
            now += random.NextInt64(random.Next(2) == 0 ? Second : Hour);
            long? receipt = quota.Earliest(At(now), 1) <= now ? quota.Charge(At(now), 1) : null;
            quota.Hear(At(now), Any(random), receipt, 1, random.Next(100));
            var earliest = quota.Earliest(At(now), 1);
            (earliest == LimitRule.Never || earliest <= now + Hour).ShouldBeTrue($"seed {seed}, step {step}: {earliest - now}");
            quota.Used(At(now)).ShouldBeGreaterThanOrEqualTo(0);
            quota.Project(At(now), random.NextInt64(1, long.MaxValue)).ShouldBeGreaterThanOrEqualTo(now);
        }

        // Answers make room again: nothing is under way, so that nothing waits for an answer.
        quota.Earliest(At(now), 1).ShouldNotBe(LimitRule.Never);
    });

    private static QuotaReport Any(Random random) => new()
    {
        Unit = UnitCost.Requests,
        Limit = Maybe(random, 1),
        Remaining = Maybe(random, 0),
        ResetAfter = random.Next(3) == 0 ? null : random.NextInt64(0, Hour),
        Window = random.Next(2) == 0 ? 0 : random.NextInt64(1, Hour),
        Refills = random.Next(3) == 0,
    };

    private static long? Maybe(Random random, long least) => random.Next(4) switch
    {
        0 => null,
        1 => random.NextInt64(least, 5),
        2 => random.NextInt64(least, 10_000),
        _ => random.NextInt64(least, long.MaxValue),
    };

    private static Moment At(long now) => new(now);

    private static QuotaReport Window(long limit, long remaining, long resetAfter) =>
        new() { Unit = UnitCost.Requests, Limit = limit, Remaining = remaining, ResetAfter = resetAfter };

    private static QuotaReport Bucket(long limit, long remaining) =>
        new() { Unit = UnitCost.Requests, Limit = limit, Remaining = remaining, ResetAfter = (limit - remaining) * Minute / limit, Window = Minute, Refills = true };

    private void Hear(long now, in QuotaReport report, long receipt) => _quota.Hear(At(now), report, receipt, 1, 0);
}
