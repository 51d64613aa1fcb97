using FsCheck.Fluent;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>A quota that others may have used: a part of it asks before all of it goes.</summary>
public sealed class AskingQuotaTests
{
    private const long Second = TimeSpan.TicksPerSecond;
    private const long Minute = TimeSpan.TicksPerMinute;
    private const long Limit = 160;
    private const long Part = 10;

    private readonly ReportedQuota _quota = new(longest: TimeSpan.TicksPerHour, isKept: false, patience: Second);

    [Fact]
    public void A_window_after_silence_begins_with_a_sixteenth_until_the_first_answer()
    {
        HearWindow(at: 0, remaining: Limit - 1, Send(0, 1));
        var first = Send(90 * Second, Part);

        MayGo(90 * Second, 1).ShouldBeFalse();
        HearWindow(90 * Second, remaining: 100, first, cost: Part);

        MayGo(90 * Second, 100).ShouldBeTrue();
        MayGo(90 * Second, 101).ShouldBeFalse();
    }

    [Fact]
    public void Without_an_answer_the_rest_goes_after_a_while()
    {
        HearWindow(at: 0, remaining: Limit - 1, Send(0, 1));
        Send(90 * Second, Part);

        _quota.Earliest(At(90 * Second), 1).ShouldBe(91 * Second);
        _quota.Earliest(At((91 * Second) - 1), Limit - Part).ShouldBe(91 * Second);
        MayGo(91 * Second, Limit - Part).ShouldBeTrue();
    }

    [Fact]
    public void What_an_answer_says_of_the_window_before_is_no_answer()
    {
        HearWindow(at: 0, remaining: Limit - 1, Send(0, 1));
        var first = Send(90 * Second, Part);

        _quota.Hear(At(90 * Second), Window(Limit, 0), first, Part, 0);

        // Nothing is under way any more, and nothing is known.
        Send(90 * Second, Part);
        MayGo(90 * Second, 1).ShouldBeFalse();
    }

    [Fact]
    public void The_window_after_two_that_were_ours_alone_is_ours()
    {
        Take(at: 0, 100);
        Take(Minute, 100);

        HearWindow(2 * Minute, remaining: Limit - Part, Send(2 * Minute, Part), cost: Part);
        Send(2 * Minute, Part);
        MayGo(2 * Minute, Limit - (2 * Part)).ShouldBeTrue();
    }

    [Fact]
    public void Of_one_that_may_not_be_a_quarter_of_what_is_left_is_under_way_at_once_for_a_while_after_its_first_answer()
    {
        Take(at: 0, 100);
        HearWindow(90 * Second, remaining: 100, Send(90 * Second, Limit - 100), cost: Limit - 100);
        Send(90 * Second, 5);

        MayGo(90 * Second, 20).ShouldBeTrue();
        _quota.Earliest(At(90 * Second), 21).ShouldBe(91 * Second);
        MayGo(91 * Second, 95).ShouldBeTrue();
    }

    [Fact]
    public void No_longer_than_half_of_what_is_left_of_it()
    {
        var late = (2 * Minute) - Second;
        HearWindow(late, remaining: 100, Send(late, Limit - 100), cost: Limit - 100);
        Send(late, 5);

        _quota.Earliest(At(late), 21).ShouldBe(late + (Second / 2));
    }

    [Fact]
    public void A_refusal_of_what_was_counted_says_at_once_that_others_use_it()
    {
        HearWindow(at: 0, remaining: Limit - 1, Send(0, 1));
        var (all, last) = (Send(Second, Limit - 2), Send(Second, 1));
        HearWindow(2 * Second, remaining: 0, all, Limit - 2);
        _quota.Hear(At(2 * Second), Window(Limit, 0) with { ResetAfter = Minute - (2 * Second), IsOfRefusal = true }, last, 1, 0);

        Send(Minute, 1);
        _quota.End(At(Minute), 1, wasCounted: true);
        MayGo(Minute + Second, Part - 1).ShouldBeTrue();
        MayGo(Minute + Second, Part).ShouldBeFalse();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void However_little_somebody_else_took_that_window_proves_nothing(long taken)
    {
        Take(at: 0, 100);
        Take(Minute, 100, taken);
        Take(2 * Minute, 100);
        HearWindow(3 * Minute, remaining: Limit - Part, Send(3 * Minute, Part), cost: Part);
        Send(3 * Minute, Part);

        MayGo(3 * Minute, Limit - (2 * Part)).ShouldBe(taken == 0);
    }

    [Theory]
    [InlineData(79, 60, false)]
    [InlineData(80, 60, true)]
    [InlineData(80, 119, true)]
    [InlineData(80, 120, false)]
    public void Little_that_went_or_a_window_of_silence_says_nothing_of_the_next(long went, long next, bool isOurs)
    {
        Take(at: 0, 100);
        Take(Minute, went);

        // Whoever looks at it meanwhile changes nothing.
        _quota.Used(At(2 * Minute)).ShouldBe(0);
        Send(Minute + (next * Second), Part);

        MayGo(Minute + (next * Second), 1).ShouldBe(isOurs);
    }

    [Fact]
    public void A_bucket_is_asked_after_a_window_of_silence_once()
    {
        HearBucket(0, remaining: Limit - 1, Send(0, 1));
        Send(Minute - 1, Limit);
        _quota.End(At(Minute - 1), Limit, wasCounted: false);

        var first = Send(Minute, Part);
        MayGo(Minute, 1).ShouldBeFalse();
        _quota.Earliest(At(Minute), 1).ShouldBe(61 * Second);
        MayGo(61 * Second, Limit - Part).ShouldBeTrue();
        Send(61 * Second, 1);
        MayGo(61 * Second, Limit - Part).ShouldBeTrue();

        HearBucket(62 * Second, remaining: 50, first, cost: Part);
        MayGo(62 * Second, 49).ShouldBeTrue();
        MayGo(62 * Second, 51).ShouldBeFalse();
    }

    [Fact]
    public void Nobody_waits_for_the_answer_of_a_bucket_that_is_forgotten_before_it()
    {
        var forgotten = Minute + Second;
        _quota.Believe(forgotten - 1, isKept: false, Second);
        HearBucket(0, remaining: Limit - 1, Send(0, 1));
        Send(forgotten - (Second / 2), Part);

        _quota.Earliest(At(forgotten - (Second / 2)), 1).ShouldBe(forgotten);
        MayGo(forgotten, Limit).ShouldBeTrue();
    }

    [Theory]
    [InlineData(true, 80)]
    [InlineData(false, 10)]
    public void What_other_processes_used_is_no_sign_of_strangers(bool isOfFleet, long mayGo)
    {
        _quota.Hear(At(0), Window(Limit, 80) with { ResetAfter = Minute, IsOfFleet = isOfFleet }, Send(0, 1), 1, 0);
        Send(0, 1);

        MayGo(0, mayGo - 1).ShouldBeTrue();
        MayGo(0, mayGo).ShouldBeFalse();
    }

    [Fact]
    public void Who_does_not_ask_is_not_held_up()
    {
        _quota.Believe(TimeSpan.TicksPerHour, isKept: false, patience: 0);
        HearWindow(at: 0, remaining: Limit - 1, Send(0, 1));
        Send(90 * Second, Part);

        MayGo(90 * Second, Limit - Part).ShouldBeTrue();
    }

    [Fact]
    public void Whatever_happened_before_no_more_than_a_part_goes_before_an_answer_and_nobody_waits_longer_for_it_than_is_said() => Holds.For(
        from limit in Amounts.Between(1, 1_000)
        from silence in Amounts.Between(2 * Minute, TimeSpan.TicksPerHour / 2)
        from costs in Gen.Choose(1, 40).ArrayOf(100)
        select (limit, silence, costs),
        static drawn =>
        {
            var quota = new ReportedQuota(TimeSpan.TicksPerHour, isKept: false, patience: Second);
            quota.Hear(At(0), Window(drawn.limit, drawn.limit - 1) with { ResetAfter = Minute }, quota.Charge(At(0), 1), 1, 0);
            var (now, underWay) = (drawn.silence, 0L);
            foreach (var cost in drawn.costs)
            {
                var earliest = quota.Earliest(At(now), cost);
                if (earliest > now)
                {
                    earliest.ShouldBeLessThanOrEqualTo(underWay + cost <= drawn.limit ? drawn.silence + Second : drawn.silence + Minute);
                    continue;
                }

                quota.Charge(At(now), cost);
                underWay += cost;
                underWay.ShouldBeLessThanOrEqualTo(Math.Max(Math.Max(drawn.limit / 16, 1), drawn.costs[0]));
            }
        },
        share: 4);

    private long Send(long at, long cost) => _quota.Charge(At(at), cost);

    /// <summary>So much goes in a window, one first; somebody else may have taken some of it before.</summary>
    private void Take(long at, long cost, long others = 0)
    {
        HearWindow(at, Limit - 1 - others, Send(at, 1));
        HearWindow(at + Second, Limit - cost - others, Send(at + Second, cost - 1), cost - 1);
    }

    private bool MayGo(long at, long cost) => _quota.Earliest(At(at), cost) == at;

    private void HearWindow(long at, long remaining, long receipt, long cost = 1) =>
        _quota.Hear(At(at), Window(Limit, remaining) with { ResetAfter = Minute - (at % Minute) }, receipt, cost, 0);

    private void HearBucket(long at, long remaining, long receipt, long cost = 1) =>
        _quota.Hear(At(at), Window(Limit, remaining) with { Refills = true, Window = Minute, ResetAfter = Second }, receipt, cost, 0);

    private static QuotaReport Window(long limit, long remaining) => new() { Unit = UnitCost.Requests, Limit = limit, Remaining = remaining, ResetAfter = 0, Window = Minute };

    private static Moment At(long now) => new(now);
}
