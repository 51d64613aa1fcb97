using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Limits;

/// <summary>Where answers do not tell how long a window is, it is taken to be long by those who would go, and to be short by those who would refuse somebody because of it.</summary>
public sealed class UntoldWindowTests
{
    private const long Second = TimeSpan.TicksPerSecond;
    private const long Minute = TimeSpan.TicksPerMinute;

    private readonly ReportedQuota _quota = new(longest: TimeSpan.TicksPerHour, isKept: false);

    [Fact]
    public void While_an_answer_may_say_that_there_is_more_nobody_is_known_to_wait()
    {
        Hear(Full(quota: 25, remaining: 24));
        var receipt = _quota.Charge(At(0), 24);

        // As far as it is known nothing goes for a minute; but twenty-four answers are still to come.
        _quota.Earliest(At(0), 1).ShouldBe(Minute);
        _quota.Project(At(0), 26).ShouldBe(0);

        _quota.Hear(At(Second), Full(quota: 25, remaining: 24), receipt, cost: 24, unknown: 0);

        // Nobody is left who could say more.
        _quota.Project(At(Second), 26).ShouldBeGreaterThanOrEqualTo(Minute);
    }

    [Fact]
    public void A_window_that_is_known_is_waited_for_whatever_is_under_way()
    {
        _quota.Hear(At(0), new QuotaReport { Unit = UnitCost.Requests, Limit = 10, Remaining = 9, ResetAfter = 30 * Second }, _quota.Charge(At(0), 1), 1, 0);
        _quota.Charge(At(0), 9);

        _quota.Project(At(0), 1).ShouldBe(30 * Second);
    }

    [Fact]
    public void Of_a_window_between_bounds_the_longer_is_waited_for_and_the_shorter_is_known()
    {
        // One of twenty-five is back within a second, as far as a date tells: the window is fifty seconds long, or none.
        Hear(Full(quota: 25, remaining: 24) with { Precision = Second });
        var receipt = _quota.Charge(At(0), 24);
        _quota.Window.ShouldBe(50 * Second);
        _quota.Earliest(At(0), 1).ShouldBe(2 * Second);
        _quota.Project(At(0), 26).ShouldBe(0);

        // All of them are back in ten seconds, give or take one.
        _quota.Hear(At(0), Full(quota: 25, remaining: 0) with { ResetAfter = 10 * Second, Precision = Second }, receipt, cost: 24, unknown: 0);
        _quota.Window.ShouldBe(11_459 * TimeSpan.TicksPerMillisecond);
        _quota.Project(At(0), 25).ShouldBeInRange(9 * Second, 10 * Second);
    }

    [Fact]
    public void A_limit_tells_the_sooner_of_both_to_whoever_asks_whether_to_wait()
    {
        var limit = new ReportedLimit("requests", UnitCost.Requests, namedWindow: 0, longest: TimeSpan.TicksPerHour, isKept: false);
        var state = default(LimitState);
        limit.Hear(ref state, At(0), Full(quota: 25, remaining: 24), limit.Charge(ref state, At(0), 1), 1, 0);
        limit.Charge(ref state, At(0), 24);

        limit.Earliest(ref state, At(0), 1).ShouldBe(Minute);
        limit.Soonest(ref state, At(0), 1).ShouldBe(0);

        // More than there ever is goes alone, which a projection knows nothing of.
        var other = default(LimitState);
        limit.Hear(ref other, At(0), Full(quota: 25, remaining: 25), limit.Charge(ref other, At(0), 1), 1, 0);
        limit.Soonest(ref other, At(0), 100).ShouldBe(0);
    }

    private static Moment At(long now) => new(now);

    /// <summary>A bucket that is full within the time that its answer can tell.</summary>
    private static QuotaReport Full(long quota, long remaining) => new() { Unit = UnitCost.Requests, Limit = quota, Remaining = remaining, ResetAfter = 0, Refills = true };

    private void Hear(in QuotaReport report) => _quota.Hear(At(0), report, _quota.Charge(At(0), 1), 1, 0);
}
