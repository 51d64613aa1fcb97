using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Limits;

/// <summary>What is heard of limits, at its edges.</summary>
public sealed class ReportedEdgesTests
{
    private const long Second = TimeSpan.TicksPerSecond;
    private const long Minute = TimeSpan.TicksPerMinute;
    private const long Hour = TimeSpan.TicksPerHour;

    private readonly ReportedQuota _quota = new(longest: Hour, isKept: false);

    [Fact]
    public void Without_a_receipt_whatever_may_be_under_way_is_taken_off_once()
    {
        _quota.Charge(At(0), 2);

        _quota.Hear(At(0), Window(10, 9), receipt: null, cost: 0, unknown: 5);

        // Of five under way two were charged here.
        _quota.Earliest(At(0), 4).ShouldBe(0);
        _quota.Earliest(At(0), 5).ShouldBe(30 * Second);
    }

    [Fact]
    public void What_a_request_cost_is_not_under_way_any_more_when_it_is_answered()
    {
        var receipt = _quota.Charge(At(0), 4);
        _quota.Charge(At(0), 1);

        _quota.Hear(At(0), Window(10, 6), receipt, cost: 4, unknown: 100);

        _quota.Earliest(At(0), 5).ShouldBe(0);
        _quota.Earliest(At(0), 6).ShouldBe(30 * Second);
    }

    [Fact]
    public void More_than_the_limit_never_remains()
    {
        Hear(0, Window(10, 500));

        _quota.Earliest(At(0), 10).ShouldBe(0);
        _quota.Earliest(At(0), 11).ShouldBe(30 * Second);
    }

    [Fact]
    public void A_remainder_without_a_limit_counts_and_shows_no_use()
    {
        Hear(0, new QuotaReport { Unit = UnitCost.Requests, Remaining = 3, ResetAfter = 30 * Second });

        _quota.Used(At(0)).ShouldBe(0);
        _quota.Earliest(At(0), 3).ShouldBe(0);
        _quota.Earliest(At(0), 4).ShouldBe(30 * Second);
        _quota.Project(At(0), 400).ShouldBe(30 * Second);
        _quota.FreshAt(At(0)).ShouldBe(30 * Second);
        _quota.Earliest(At(30 * Second), 400).ShouldBe(30 * Second);
    }

    [Fact]
    public void The_length_of_a_window_is_that_of_the_next_too()
    {
        _quota.Hear(At(0), Window(10, 0) with { Window = 10 * Second, ResetAfter = 5 * Second }, _quota.Charge(At(0), 10), 10, 0);
        _quota.FreshAt(At(5 * Second)).ShouldBe(5 * Second);
        _quota.Project(At(0), 11).ShouldBe(15 * Second);

        _quota.Charge(At(6 * Second), 10);

        _quota.Earliest(At(7 * Second), 1).ShouldBe(16 * Second);
        _quota.Used(At(7 * Second)).ShouldBe(10);
        _quota.Used(At(16 * Second)).ShouldBe(10);
        _quota.End(At(16 * Second), 10, wasCounted: true);
        _quota.Project(At(16 * Second), 11).ShouldBeGreaterThan(16 * Second);
    }

    [Fact]
    public void A_fresh_window_nobody_has_used_yet_ends_when_it_would_if_somebody_did()
    {
        _quota.Hear(At(0), Window(10, 0), _quota.Charge(At(0), 10), 10, 0);

        _quota.Used(At(31 * Second)).ShouldBe(0);
        _quota.FreshAt(At(31 * Second)).ShouldBe(0);
        _quota.Project(At(31 * Second), 11).ShouldBe((31 * Second) + Minute);
    }

    [Fact]
    public void Ends_of_short_windows_are_told_apart_more_finely()
    {
        var older = _quota.Charge(At(0), 1);
        _quota.Hear(At(0), Window(10, 0) with { Window = 4 * Second, ResetAfter = 2 * Second }, _quota.Charge(At(0), 1), 1, 0);

        // One and a half seconds later is another window's, and only the newest may say so.
        _quota.Hear(At(0), Window(10, 9) with { Window = 4 * Second, ResetAfter = (3 * Second) + (Second / 2) }, older, 1, 0);
        _quota.Earliest(At(0), 1).ShouldBe(2 * Second);
        _quota.Hear(At(0), Window(10, 9) with { Window = 4 * Second, ResetAfter = (3 * Second) + (Second / 2) }, _quota.Charge(At(0), 1), 1, 0);
        _quota.Earliest(At(0), 9).ShouldBe(0);
        _quota.Earliest(At(0), 10).ShouldBe((3 * Second) + (Second / 2));
    }

    [Theory]
    [InlineData(158, false)]
    [InlineData(157, true)]
    public void Whoever_used_more_than_one_of_ours_is_somebody_else(int remaining, bool isShared)
    {
        Hear(0, Window(160, remaining));

        _quota.Earliest(At(30 * Second), 160).ShouldBe(30 * Second);
        _quota.Charge(At(30 * Second), 1);
        _quota.Earliest(At(30 * Second), 9).ShouldBe(isShared ? 8 * Minute : 30 * Second);
        _quota.Earliest(At(30 * Second), 159).ShouldBe(isShared ? (30 * Second) + Minute : 30 * Second);
        _quota.Earliest(At(30 * Second), 160).ShouldBe((30 * Second) + Minute);
    }

    /// <summary>A time to full of 50 ms of one in forty may be that of a window of two seconds or of three.</summary>
    [Fact]
    public void What_a_bucket_lacks_whose_window_nobody_can_tell_was_not_taken_by_others()
    {
        Hear(0, Bucket(40, 39) with { Window = 0, ResetAfter = Second / 20 });
        Hear(Second / 10, Bucket(40, 37) with { Window = 0, ResetAfter = 3 * Second / 20 });

        _quota.Used(At(Second)).ShouldBe(0);
        _quota.Charge(At(Second), 1);
        _quota.Earliest(At(Second), 39).ShouldBe(Second);
    }

    [Fact]
    public void In_a_bucket_that_others_use_a_twentieth_is_left_to_them()
    {
        Hear(0, Bucket(100, 50));
        Hear(0, Bucket(100, 47));
        _quota.Earliest(At(0), 47).ShouldBe(0);

        // One of ours and two of others': from now on five are left to them.
        Hear(0, Bucket(100, 46));
        _quota.Earliest(At(0), 41).ShouldBe(0);
        _quota.Earliest(At(0), 42).ShouldBe(Minute / 100);
        _quota.Used(At(0)).ShouldBe(59);
    }

    [Fact]
    public void Where_that_was_too_little_twice_as_much_is_left_to_them_and_twice_again_for_eight_windows()
    {
        var refused = Bucket(100, 45) with { IsOfRefusal = true };
        Hear(0, Bucket(100, 50));
        Hear(0, Bucket(100, 47));
        Hear(0, Bucket(100, 46));
        var (first, second) = (_quota.Charge(At(0), 1), _quota.Charge(At(0), 1));

        _quota.Hear(At(0), refused, first, 1, 0);
        _quota.Used(At(0)).ShouldBe(55 + 1 + 10, "ten are left, and one is under way");
        _quota.Hear(At(0), refused, second, 1, 0);
        _quota.Used(At(0)).ShouldBe(55 + 1 + 10, "who was under way with it says the same");
        Hear(0, refused);
        _quota.Used(At(0)).ShouldBe(55 + 20);
        Hear(0, refused);
        _quota.Used(At(0)).ShouldBe(55 + 20 + 1, "no more than four times as much");

        Hear(9 * Minute, Bucket(100, 46));
        Hear(9 * Minute, Bucket(100, 46));
        _quota.Used(At(9 * Minute)).ShouldBe(54 + 5);
    }

    [Fact]
    public void In_a_bucket_of_our_own_nothing_is_left()
    {
        Hear(0, Bucket(100, 50));
        Hear(0, Bucket(100, 48));
        Hear(0, Bucket(100, 46));

        // One more than ours is rounding.
        _quota.Earliest(At(0), 46).ShouldBe(0);
        _quota.Earliest(At(0), 47).ShouldBe(Minute / 100);
    }

    [Theory]
    [InlineData(true, 49)]
    [InlineData(false, 50)]
    public void What_never_left_is_given_back_to_the_bucket(bool wasCounted, int left)
    {
        Hear(0, Bucket(100, 50));
        _quota.Charge(At(0), 1);

        _quota.End(At(0), 1, wasCounted);

        _quota.Earliest(At(0), left).ShouldBe(0);
        _quota.Earliest(At(0), left + 1).ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Of_two_that_loosen_the_less_generous_counts_whichever_came_first()
    {
        Hear(0, Bucket(100, 10));
        Hear(0, Bucket(100, 40));
        Hear(0, Bucket(100, 20));

        _quota.Earliest(At(0), 20).ShouldBe(0);
        _quota.Earliest(At(0), 21).ShouldBeGreaterThan(0);
        Hear(0, Bucket(100, 60));
        _quota.Earliest(At(0), 20).ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_bucket_that_gives_one_less_often_than_is_believed_is_not_believed()
    {
        Hear(0, Bucket(1, 0) with { Window = 2 * Hour });
        _quota.Earliest(At(0), 1).ShouldBe(0);

        Hear(0, Bucket(1, 0) with { Window = Hour });
        _quota.Earliest(At(0), 1).ShouldBe(Hour);
    }

    [Fact]
    public void Whoever_waits_for_a_window_is_told_when_what_was_said_of_it_is_forgotten()
    {
        // An hour after it was last heard of, nothing of it holds anybody up: told the window's end, nobody would look again by then. Found by the simulation, seed 253.
        Hear(0, new QuotaReport { Unit = UnitCost.Requests, Limit = 10, Remaining = 0, ResetAfter = Hour });
        _quota.Hear(At(30 * Minute), new QuotaReport { Unit = UnitCost.Requests, Limit = 10 }, receipt: null, cost: 0, unknown: 0);
        Hear(31 * Minute, new QuotaReport { Unit = UnitCost.Requests, Limit = 10, Remaining = 0, ResetAfter = Hour, Window = 2 * Hour });

        ToldExactly(31 * Minute, cost: 1);
    }

    [Fact]
    public void Whoever_waits_for_a_bucket_is_told_when_what_was_said_of_it_is_forgotten()
    {
        Hear(0, new QuotaReport { Unit = UnitCost.Requests, Limit = 10, Remaining = 0, Window = 10 * Hour, Refills = true });

        // Ten flow in in ten hours, and in one hour all is forgotten.
        ToldExactly(0, cost: 5);
    }

    [Fact]
    public void Whoever_waits_for_an_answer_that_never_comes_is_told_when_it_does_not_matter_any_more()
    {
        // Found by the simulation, seed 148: the answer was lost on the way, and what was said of the quota was forgotten long before somebody gave up on it.
        Hear(0, Window(160, 157));
        _quota.Charge(At(30 * Second), 1);
        ToldExactly(31 * Second, cost: 1);

        var quota = new ReportedQuota(longest: Minute, isKept: false);
        quota.Hear(At(0), Window(160, 157), quota.Charge(At(0), 1), cost: 1, unknown: 0);
        quota.Charge(At(40 * Second), 1);
        quota.Earliest(At(41 * Second), 1).ShouldBe(Minute + 1);
        quota.Earliest(At(Minute + 1), 1).ShouldBe(Minute + 1);
    }

    [Fact]
    public void However_much_is_under_way_nobody_waits_longer_for_one_than_is_believed()
    {
        _quota.Charge(At(0), 1_000_000);

        Hear(0, Bucket(60, 0) with { Window = Minute });

        _quota.Earliest(At(0), 1).ShouldBe(Hour);
    }

    [Fact]
    public void What_was_said_is_forgotten_the_tick_after_it_is_believed_for_the_last_time()
    {
        Hear(0, new QuotaReport { Unit = UnitCost.Requests, Limit = 10, Remaining = 0, Window = 10 * Hour, Refills = true });

        _quota.Used(At(Hour)).ShouldBe(9);
        _quota.Used(At(Hour + 1)).ShouldBe(0);
    }

    [Fact]
    public void Who_was_not_charged_tells_the_newest_and_frees_nothing()
    {
        Hear(0, Bucket(100, 50));
        _quota.Hear(At(0), Bucket(100, 10), receipt: null, cost: 0, unknown: 0);
        _quota.Earliest(At(0), 11).ShouldBeGreaterThan(0);

        var window = new ReportedQuota(longest: Hour, isKept: false);
        window.Charge(At(0), 3);
        window.Hear(At(0), Window(10, 9), receipt: null, cost: 2, unknown: 0);
        window.Earliest(At(0), 6).ShouldBe(0);
        window.Earliest(At(0), 7).ShouldBe(30 * Second);
    }

    [Fact]
    public void An_end_that_is_later_by_the_tolerance_is_the_same_windows_and_nothing_more_remains()
    {
        Hear(0, Window(10, 3));

        Hear(0, Window(10, 8) with { ResetAfter = 32 * Second });

        _quota.Earliest(At(0), 3).ShouldBe(0);
        _quota.Earliest(At(0), 4).ShouldBe(32 * Second);
    }

    [Theory]
    [InlineData(28, 28, 30)]
    [InlineData(20, 22, 22)]
    [InlineData(22, 20, 22)]
    [InlineData(20, 10, 30)]
    [InlineData(20, 17, 30)]
    public void An_earlier_end_is_believed_when_it_is_said_twice_alike(int first, int second, int end)
    {
        Hear(0, Window(10, 0));

        Hear(0, Window(10, 0) with { ResetAfter = first * Second });
        _quota.Earliest(At(0), 1).ShouldBe(30 * Second);
        Hear(0, Window(10, 0) with { ResetAfter = second * Second });

        _quota.Earliest(At(0), 1).ShouldBe(end * Second);
    }

    [Fact]
    public void A_window_that_has_just_ended_says_nothing_of_the_bucket()
    {
        Hear(0, Bucket(100, 0));

        Hear(0, Window(100, 50) with { ResetAfter = 0 });

        _quota.Earliest(At(0), 1).ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Of_a_full_bucket_of_which_nobody_says_how_fast_it_fills_no_more_goes_than_it_holds()
    {
        Hear(0, Bucket(100, 100) with { Window = 0, ResetAfter = 0 });
        _quota.Earliest(At(0), 100).ShouldBe(0);
        _quota.Charge(At(0), 100);

        _quota.Earliest(At(0), 1).ShouldBeGreaterThan(Second);
    }

    [Fact]
    public void A_quota_of_which_nobody_says_how_fast_it_flows_back_does_so_no_faster_than_is_known()
    {
        // One is back in 20 ms: so all of it in two to four seconds.
        Hear(0, Bucket(100, 99) with { Window = 0, ResetAfter = Second / 50 });
        _quota.Earliest(At(0), 99).ShouldBe(0);
        _quota.Charge(At(0), 99);
        _quota.Earliest(At(0), 1).ShouldBe(Second / 25);

        Hear(Second, Bucket(100, 0) with { Window = 0, ResetAfter = 2 * Second });
        _quota.Window.ShouldBeInRange(2 * Second, (2 * Second) + (Second / 20));
    }

    [Theory]
    [InlineData("requests", UnitCost.Requests, Minute, true)]
    [InlineData("Requests", UnitCost.Requests, Minute, true)]
    [InlineData("tokens", UnitCost.Requests, Minute, false)]
    [InlineData("requests", "tokens", Minute, false)]
    [InlineData("requests", UnitCost.Requests, Hour, false)]
    [InlineData("tokens", "tokens", Hour, false)]
    public void A_report_is_of_the_limit_of_its_name_unit_and_window(string name, string unit, long window, bool isIt)
    {
        var limit = new ReportedLimit("requests", UnitCost.Requests, Minute, longest: Hour, isKept: false);

        limit.Is(new QuotaReport { Name = name.AsMemory(), Unit = unit, NamedWindow = window }).ShouldBe(isIt);
    }

    [Fact]
    public void A_rule_that_says_nothing_of_it_neither_learns_nor_is_told_when_windows_end()
    {
        var (bucket, state) = (new TokenBucket(10, Second, 10), default(LimitState));

        (bucket.Learns, bucket.IsAnnounced, bucket.IsReleased, bucket.IsDatedByAnswers).ShouldBe((false, false, false, false));
        bucket.Learn(ref state, At(0), new AnswerOutcome(AnswerKind.Throttled, 0)).ShouldBeFalse();
    }

    private static Moment At(long now) => new(now);

    private static QuotaReport Window(long limit, long remaining) =>
        new() { Unit = UnitCost.Requests, Limit = limit, Remaining = remaining, ResetAfter = 30 * Second };

    private static QuotaReport Bucket(long limit, long remaining) =>
        new() { Unit = UnitCost.Requests, Limit = limit, Remaining = remaining, Window = Minute, Refills = true };

    private void Hear(long now, in QuotaReport report) => _quota.Hear(At(now), report, _quota.Charge(At(now), 1), 1, 0);

    /// <summary>That it is told an instant, may go then, and not a tick earlier.</summary>
    private void ToldExactly(long now, long cost)
    {
        var told = _quota.Earliest(At(now), cost);

        told.ShouldBeGreaterThan(now);
        told.ShouldNotBe(LimitRule.Never);
        _quota.Earliest(At(told - 1), cost).ShouldBeGreaterThanOrEqualTo(told);
        _quota.Earliest(At(told), cost).ShouldBe(told);
    }
}
