using FsCheck.Fluent;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>What several processes know of one of the upstream's limits, against what the upstream counts.</summary>
public sealed class FleetQuotaTests
{
    private const long Second = TimeSpan.TicksPerSecond;

    private readonly FleetQuota _rule = new("hour", 10);
    private LimitState _state;

    [Fact]
    public void What_is_used_and_what_is_under_way_is_not_there()
    {
        _rule.IsReleased.ShouldBeTrue();
        _rule.Charge(ref _state, At(0), 3);
        Hear(used: 4, until: 30);

        _rule.Earliest(ref _state, At(1), 3).ShouldBe(1 * Second);
        _rule.Earliest(ref _state, At(1), 4).ShouldBe(LimitRule.Never);
        _rule.Earliest(ref _state, At(1), 7).ShouldBe(30 * Second);
        _rule.Used(ref _state, At(1)).ShouldBe(7);
        _rule.Project(ref _state, At(1), 11).ShouldBe(30 * Second);
        _rule.FreshAt(_state, At(1)).ShouldBe(LimitRule.Never);

        _rule.GiveBack(ref _state, At(1), 0, 3);
        _rule.Earliest(ref _state, At(1), 6).ShouldBe(1 * Second);

        // Until then the next window would be known to be the next.
        _rule.FreshAt(_state, At(1)).ShouldBe(60 * Second);
    }

    [Fact]
    public void What_is_under_way_when_a_window_ends_counts_in_the_next()
    {
        _rule.Charge(ref _state, At(0), 3);
        Hear(used: 7, until: 30);

        _rule.Earliest(ref _state, At(30), 7).ShouldBe(30 * Second);
        _rule.Earliest(ref _state, At(30), 8).ShouldBe(LimitRule.Never);
    }

    [Fact]
    public void Answers_that_overtake_each_other_loosen_nothing()
    {
        Hear(used: 7, until: 30);
        Hear(used: 5, until: 31);
        _rule.Used(ref _state, At(30)).ShouldBe(7);

        // Of the window before.
        Hear(used: 10, until: 20);
        _rule.Used(ref _state, At(0)).ShouldBe(7);

        // With half a minute to go that is no other window, but the same one as heard late.
        Hear(used: 5, until: 34);
        _rule.Used(ref _state, At(33)).ShouldBe(7);

        // Of the next one.
        _rule.Hear(ref _state, At(32), 1, 60 * Second, 2 * Second);
        _rule.Used(ref _state, At(32)).ShouldBe(1);

        // Of one that is over already.
        _rule.Hear(ref _state, At(61), 9, 61 * Second, 2 * Second);
        _rule.Used(ref _state, At(61)).ShouldBe(0);
    }

    [Fact]
    public void What_nobody_spoke_of_was_counted_where_a_window_is_known()
    {
        _rule.Count(ref _state, At(0), 2);
        _rule.Used(ref _state, At(0)).ShouldBe(0);

        Hear(used: 4, until: 30);
        _rule.Count(ref _state, At(0), 2);
        _rule.Used(ref _state, At(0)).ShouldBe(6);
    }

    [Fact]
    public void Another_size_keeps_what_is_known()
    {
        _rule.Charge(ref _state, At(0), 3);
        Hear(used: 4, until: 30);
        var larger = new FleetQuota("hour", 20);

        larger.Adopt(ref _state, _rule, At(1));
        larger.Earliest(ref _state, At(1), 13).ShouldBe(1 * Second);

        larger.Adopt(ref _state, new Concurrency(3), At(1));
        larger.Used(ref _state, At(1)).ShouldBe(0);
    }

    [Theory]
    [InlineData(2, 60, 1)]
    [InlineData(0, 1.5, 0.75)]
    [InlineData(3600, 60, 2)]
    [InlineData(0, 0, 0)]
    public void Ends_as_far_apart_as_upstreams_round_are_one_windows(double window, double longest, double expected) =>
        FleetQuota.ToleranceOf((long)(window * Second), (long)(longest * Second)).ShouldBe((long)(expected * Second));

    [Fact]
    public void Shares_are_never_more_than_what_remains_and_nobody_starves() => Holds.For(
        from remaining in Amounts.Between(0, Amounts.LargestQuota)
        from processes in Amounts.Between(1, 10_000)
        select (remaining, processes: (int)processes),
        static drawn =>
        {
            var share = FleetQuota.ShareOf(drawn.remaining, drawn.processes);
            share.ShouldBeLessThanOrEqualTo(drawn.remaining);
            if (drawn.remaining >= drawn.processes)
            {
                (share * drawn.processes).ShouldBeLessThanOrEqualTo(drawn.remaining);
                (share * drawn.processes).ShouldBeGreaterThan(drawn.remaining - drawn.processes);
            }
            else
            {
                // Of less than there are processes each may try one at a time, as long as any is left.
                share.ShouldBe(Math.Min(drawn.remaining, 1));
            }
        });

    [Fact]
    public void One_busy_process_of_several_gets_all_of_a_window_in_a_few_round_trips() => Holds.For(
        from limit in Amounts.Between(1, 1_000_000)
        from processes in Amounts.Between(1, 8)
        select (limit, processes),
        static drawn =>
        {
            var rule = new FleetQuota("hour", drawn.limit, (int)drawn.processes);
            var state = default(LimitState);
            var (used, trips) = (0L, 0);
            while (used < drawn.limit)
            {
                var sent = 0L;
                while (rule.Earliest(ref state, At(1), 1) == At(1).Now)
                {
                    // As many as may go, by halves.
                    var most = 1L;
                    while (rule.Earliest(ref state, At(1), most * 2) == At(1).Now && (state.Count > 0 || most * 2 <= FleetQuota.ShareOf(drawn.limit - used, (int)drawn.processes)))
                    {
                        most *= 2;
                    }

                    rule.Charge(ref state, At(1), most);
                    sent += most;
                }

                sent.ShouldBeInRange(1, FleetQuota.ShareOf(drawn.limit - used, (int)drawn.processes));
                used += sent;
                rule.Hear(ref state, At(1), used, At(30).Now, 2 * Second);
                rule.GiveBack(ref state, At(1), 0, sent);
                trips++;
            }

            // Each trip leaves at most as large a part as others might have taken, and less than there are processes goes one by one.
            var few = Math.Ceiling(Math.Log(drawn.limit + 1) * drawn.processes) + (2 * drawn.processes);
            ((double)trips).ShouldBeLessThanOrEqualTo(few);
        },
        share: 4);

    [Fact]
    public void However_answers_come_no_more_goes_than_a_window_has_and_all_of_it_does() => Holds.For(
        from limit in Amounts.Between(1, 60)
        from draws in Gen.Choose(0, int.MaxValue - 1).ArrayOf(200)
        select (limit, draws),
        static drawn =>
        {
            var rule = new FleetQuota("hour", drawn.limit);
            var state = default(LimitState);
            var upstream = 0L;
            var travelling = new List<long>();
            var answers = new List<long>();
            void Step(int draw)
            {
                if (draw % 3 == 0 && rule.Earliest(ref state, At(1), 1) == At(1).Now)
                {
                    rule.Charge(ref state, At(1), 1);
                    travelling.Add(1);
                }
                else if (draw % 3 == 1 && travelling.Count > 0)
                {
                    travelling.RemoveAt(0);
                    answers.Add(++upstream);
                    upstream.ShouldBeLessThanOrEqualTo(drawn.limit);
                }
                else if (answers.Count > 0)
                {
                    var index = draw / 3 % answers.Count;
                    rule.Hear(ref state, At(1), answers[index], At(30).Now, 2 * Second);
                    rule.GiveBack(ref state, At(1), 0, 1);
                    answers.RemoveAt(index);
                }
            }

            Array.ForEach(drawn.draws, Step);
            for (var i = 0; i < 12 * drawn.limit + 24; i++)
            {
                Step(i);
            }

            upstream.ShouldBe(drawn.limit);
            rule.Earliest(ref state, At(1), 1).ShouldBe(At(30).Now);
        },
        share: 4);

    private void Hear(long used, long until) => _rule.Hear(ref _state, At(0), used, until * Second, 2 * Second);

    private static Moment At(long second) => new(second * Second);
}
