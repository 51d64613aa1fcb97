using FsCheck.Fluent;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>What several processes know of a quota that flows back all the time, against what the upstream counts.</summary>
public sealed class FleetBucketTests
{
    private const long Second = TimeSpan.TicksPerSecond;
    private const long Anything = -1;

    /// <summary>One flows back in a second.</summary>
    private readonly FleetBucket _rule = new("minute", 60, 60 * Second);
    private LimitState _state;

    /// <summary>Something was heard already, long ago.</summary>
    public FleetBucketTests() => _rule.Hear(ref _state, new Moment(1), used: 0, heardAt: 1, Anything, isOfRefusal: false);

    [Fact]
    public void What_is_used_flows_back_and_what_is_under_way_does_not()
    {
        _rule.Charge(ref _state, At(0), 10);
        Hear(0, used: 40);

        _rule.Used(ref _state, At(0)).ShouldBe(50);
        _rule.Earliest(ref _state, At(0), 10).ShouldBe(At(0).Now);
        _rule.Earliest(ref _state, At(0), 11).ShouldBe(At(1).Now);
        _rule.Earliest(ref _state, At(0), 50).ShouldBe(At(40).Now);
        _rule.Earliest(ref _state, At(0), 51).ShouldBe(LimitRule.Never);
        _rule.Used(ref _state, At(30)).ShouldBe(20);
        _rule.Used(ref _state, At(100)).ShouldBe(10);
        _rule.FreshAt(_state, At(0)).ShouldBe(LimitRule.Never);

        _rule.GiveBack(ref _state, At(0), 0, 10);
        _rule.Earliest(ref _state, At(0), 20).ShouldBe(At(0).Now);
        _rule.Project(ref _state, At(0), 70).ShouldBe(At(40).Now);
        _rule.FreshAt(_state, At(0)).ShouldBe(At(60).Now);
    }

    [Fact]
    public void Of_several_answers_the_one_counts_that_says_more_is_used_at_one_instant_whenever_it_comes()
    {
        Hear(10, used: 20);
        Hear(10, used: 15);
        _rule.Used(ref _state, At(10)).ShouldBe(20);

        // What was heard ten seconds ago has flowed back in part.
        _rule.Hear(ref _state, At(20), used: 19, At(10).Now, Anything, isOfRefusal: false);
        _rule.Used(ref _state, At(20)).ShouldBe(10);
        _rule.Hear(ref _state, At(20), used: 25, At(10).Now, Anything, isOfRefusal: false);
        _rule.Used(ref _state, At(20)).ShouldBe(15);
    }

    [Fact]
    public void What_nobody_spoke_of_was_counted()
    {
        _rule.Count(ref _state, At(0), 5);
        _rule.Used(ref _state, At(0)).ShouldBe(5);
        _rule.Count(ref _state, At(2), 1);
        _rule.Used(ref _state, At(2)).ShouldBe(4);
    }

    [Fact]
    public void Others_are_left_something_that_costs_its_amount_once()
    {
        Hear(100, used: 1);
        _rule.Charge(ref _state, At(100), 1);

        // Two are ours, and one may be of a process that has just joined.
        Hear(100, used: 3, uncounted: 1).ShouldBeFalse();
        _rule.Used(ref _state, At(100)).ShouldBe(1 + 3);
        Hear(100, used: 10, uncounted: 1).ShouldBeTrue();
        _rule.Used(ref _state, At(100)).ShouldBe(1 + 10 + 3);

        // What is left to them is none of theirs.
        Hear(100, used: 11, uncounted: 0).ShouldBeFalse();
        _rule.Used(ref _state, At(100)).ShouldBe(1 + 11 + 3);
    }

    [Fact]
    public void Who_is_refused_leaves_others_more_and_after_eight_windows_nothing()
    {
        Hear(0, used: 60, uncounted: 0, isOfRefusal: true).ShouldBeTrue();
        _rule.Used(ref _state, At(0)).ShouldBe(60 + 12);
        _rule.FreshAt(_state, At(0)).ShouldBe(At(8 * 60).Now);

        Hear(479, used: 10);
        _rule.Used(ref _state, At(479)).ShouldBe(10 + 12);
        Hear(600, used: 10);
        _rule.Used(ref _state, At(600)).ShouldBe(10);
    }

    [Fact]
    public void A_first_answer_shows_nobody_and_for_a_while_something_is_left_to_those_of_whom_nothing_is_known()
    {
        var rule = new FleetBucket("minute", 60, 60 * Second, patience: Second);
        _state = default;
        rule.Hear(ref _state, At(0), used: 20, At(0).Now, 0, isOfRefusal: false).ShouldBeFalse();
        rule.Used(ref _state, At(0)).ShouldBe(20 + 3);
        rule.Hear(ref _state, At(10), used: 20, At(10).Now, Anything, isOfRefusal: false);
        rule.Used(ref _state, At(10)).ShouldBe(20);
    }

    [Fact]
    public void After_a_silence_one_asks_and_the_others_go_when_it_is_answered_or_in_a_while()
    {
        var rule = new FleetBucket("minute", 60, 60 * Second, patience: Second);
        rule.Charge(ref _state, At(100), 1);
        rule.Earliest(ref _state, At(100), 2).ShouldBe(At(100).Now);
        rule.Earliest(ref _state, At(100), 3).ShouldBe(At(101).Now);

        rule.Hear(ref _state, At(100), used: 1, At(100).Now, 1, isOfRefusal: false);
        rule.Earliest(ref _state, At(100), 58).ShouldBe(At(100).Now);

        // Whoever comes within a window knows.
        rule.Charge(ref _state, At(159), 1);
        rule.Earliest(ref _state, At(159), 50).ShouldBe(At(159).Now);
    }

    [Fact]
    public void Nobody_waits_longer_for_one_than_anything_is_believed()
    {
        var rule = new FleetBucket("minute", 60, 60 * Second, longest: 2 * Second);
        rule.Hear(ref _state, At(0), used: 1_000_000, At(0).Now, 0, isOfRefusal: true);
        rule.Earliest(ref _state, At(0), 1).ShouldBe(At(2).Now);
        rule.Count(ref _state, At(0), 1_000_000);
        rule.Earliest(ref _state, At(0), 1).ShouldBe(At(2).Now);
    }

    [Fact]
    public void Processes_that_do_not_know_of_each_other_have_a_part_of_what_remains_under_way()
    {
        var rule = _rule.Among(4);
        rule.Hear(ref _state, At(0), used: 20, At(0).Now, Anything, isOfRefusal: false);

        // Nobody starves: the first goes as long as there is one, and waits for no more than that otherwise.
        rule.Earliest(ref _state, At(0), 40).ShouldBe(At(0).Now);
        rule.Charge(ref _state, At(0), 9);
        rule.Earliest(ref _state, At(0), 1).ShouldBe(At(0).Now);
        rule.Earliest(ref _state, At(0), 2).ShouldBe(At(4).Now);
        rule.Earliest(ref _state, At(0), 7).ShouldBe(LimitRule.Never);
    }

    [Fact]
    public void Another_size_or_window_keeps_what_is_used_and_under_way()
    {
        _rule.Charge(ref _state, At(0), 3);
        Hear(0, used: 30);
        var slower = new FleetBucket("minute", 120, 240 * Second);

        slower.Adopt(ref _state, _rule, At(10));
        slower.Used(ref _state, At(10)).ShouldBe(20 + 3);
        slower.Adopt(ref _state, slower, At(10));
        slower.Used(ref _state, At(12)).ShouldBe(19 + 3);

        slower.Adopt(ref _state, new Concurrency(3), At(12));
        slower.Used(ref _state, At(12)).ShouldBe(0);
    }

    [Theory]
    [InlineData(1 << 26, 61, true)]
    [InlineData(150_000_000, 60, true)]
    [InlineData(999_999_999_989, 60, false)]
    [InlineData(0, 60, false)]
    [InlineData(60, 0, false)]
    public void What_numbers_of_53_bits_cannot_hold_is_not_counted_together(long limit, long seconds, bool isExact) => FleetBucket.IsExact(limit, seconds * Second).ShouldBe(isExact);

    [Fact]
    public void Whoever_is_told_when_goes_then_and_not_one_tick_earlier() => Holds.For(
        from limit in Amounts.Between(1, Amounts.LargestQuota)
        from window in Amounts.Between(Amounts.ShortestWindow, Amounts.LongestWindow)
        from used in Amounts.Between(0, 2 * limit)
        from underWay in Amounts.Between(0, limit)
        from cost in Amounts.Between(1, limit)
        select (limit, window, used, underWay, cost),
        static drawn =>
        {
            var rule = new FleetBucket("drawn", drawn.limit, drawn.window);
            var state = default(LimitState);
            rule.Charge(ref state, At(1), drawn.underWay);
            rule.Hear(ref state, At(1), drawn.used, At(1).Now, Anything, isOfRefusal: false);

            var told = rule.Earliest(ref state, At(1), drawn.cost);
            if (told == LimitRule.Never)
            {
                (drawn.underWay + drawn.cost).ShouldBeGreaterThan(drawn.limit);
                return;
            }

            rule.Earliest(ref state, new Moment(told), drawn.cost).ShouldBe(told);
            if (told > At(1).Now)
            {
                rule.Earliest(ref state, new Moment(told - 1), drawn.cost).ShouldBe(told);
            }
        });

    /// <summary>Whatever the latency and the order of answers: the upstream refuses nobody, and all that is not under way can go again.</summary>
    [Fact]
    public void However_answers_come_the_upstream_refuses_nobody_and_nothing_of_what_flows_is_lost() => Holds.For(
        from limit in Amounts.Between(1, 60)
        from window in Amounts.Between(1_000, 60 * Second)
        from draws in Gen.Choose(0, int.MaxValue - 1).ArrayOf(200)
        select (limit, window, draws),
        static drawn =>
        {
            var rule = new FleetBucket("drawn", drawn.limit, drawn.window);
            var state = default(LimitState);
            var (now, full, sent) = (Second, (Int128)0, 0);
            var travelling = new List<long>();
            var answers = new List<long>();

            // In parts of a tick, so that the upstream is exact: one takes a window's ticks, and a tick gives back as many as the limit.
            var depth = (Int128)drawn.limit * drawn.window;
            Int128 UsedAt() => Int128.Max(full - ((Int128)now * drawn.limit), 0);
            void Step(int draw)
            {
                var at = new Moment(now);
                if (draw % 4 == 0)
                {
                    now += draw % 8 == 0 ? drawn.window / drawn.limit : Amounts.Scaled(draw / 4, 0, drawn.window / 4);
                }
                else if (draw % 4 == 1 && rule.Earliest(ref state, at, 1) == now)
                {
                    rule.Charge(ref state, at, 1);
                    travelling.Add(++sent);
                }
                else if (draw % 4 == 2 && travelling.Count > 0)
                {
                    travelling.RemoveAt(draw / 4 % travelling.Count);
                    var used = UsedAt() + drawn.window;
                    used.ShouldBeLessThanOrEqualTo(depth);
                    full = used + ((Int128)now * drawn.limit);
                    answers.Add((long)((used + drawn.window - 1) / drawn.window));
                }
                else if (answers.Count > 0)
                {
                    var index = draw / 4 % answers.Count;
                    rule.Hear(ref state, at, answers[index], now, Anything, isOfRefusal: false);
                    rule.GiveBack(ref state, at, 0, 1);
                    answers.RemoveAt(index);
                }
            }

            Array.ForEach(drawn.draws, Step);
            while (travelling.Count + answers.Count > 0)
            {
                Step(travelling.Count > 0 ? 2 : 3);
            }

            // All has flowed back a window after the last answer at the latest.
            now += drawn.window;
            rule.Earliest(ref state, new Moment(now), drawn.limit).ShouldBe(now);
        },
        share: 4);

    private bool Hear(long second, long used, long uncounted = Anything, bool isOfRefusal = false) => _rule.Hear(ref _state, At(second), used, At(second).Now, uncounted, isOfRefusal);

    private static Moment At(long second) => new((100 + second) * Second);
}
