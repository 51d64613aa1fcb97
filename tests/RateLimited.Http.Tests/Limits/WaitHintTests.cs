using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>Who is told to come back is admitted then, and would not have been a tick earlier.</summary>
public sealed class WaitHintTests
{
    [Fact]
    public void Denied_caller_is_admitted_exactly_when_told() => Holds.For(Rules.With(Scenarios.Any, [.. Rules.Timed, .. Rules.Paced]), AdmittedExactlyWhenTold);

    [Fact]
    public void Denied_caller_of_a_small_quota_is_admitted_exactly_when_told() => Holds.For(Rules.With(Scenarios.Small, [.. Rules.Timed, .. Rules.Paced]), AdmittedExactlyWhenTold);

    [Fact]
    public void Denied_caller_under_a_large_guard_is_admitted_exactly_when_told() => Holds.For(Rules.With(Scenarios.Guarded, [.. Rules.Timed, .. Rules.Paced]), AdmittedExactlyWhenTold);

    [Fact]
    public void Who_waits_for_one_limit_is_told_when_another_will_be_closed_by_then() => Holds.For(Rules.With(Scenarios.Small, [.. Rules.Timed, .. Rules.Paced]), static drawn =>
    {
        var scenario = drawn.Scenario;
        var drive = new Drive(Rules.Of(drawn.Kind, scenario), scenario);
        foreach (var step in scenario.Steps)
        {
            drive.Take(step);
            var cost = step.Cost(drive.Rule.Capacity);
            var until = drive.Now + Amounts.Scaled(step.RawLease, 0, 2 * scenario.Window);

            var told = drive.Rule.EarliestNotBefore(ref drive.State, drive.At, cost, until);

            told.ShouldBeGreaterThanOrEqualTo(until);
            if (step.RawPause % 3 == 0)
            {
                drive.Now = until;
                drive.Rule.Earliest(ref drive.State, drive.At, cost).ShouldBe(told);
            }
        }
    });

    [Fact]
    public void Cost_above_the_capacity_never_goes() => Holds.For(Rules.With(Scenarios.Any, [.. Rules.All, .. Rules.Paced]), static drawn =>
    {
        var rule = Rules.Of(drawn.Kind, drawn.Scenario);
        var drive = new Drive(rule, drawn.Scenario);
        drive.Run();

        rule.Earliest(ref drive.State, drive.At, rule.Capacity + 1).ShouldBe(LimitRule.Never);
        rule.Earliest(ref drive.State, drive.At, long.MaxValue).ShouldBe(LimitRule.Never);
    });

    [Fact]
    public void Concurrency_admits_after_the_release_that_makes_room_and_not_before() => Holds.For(Scenarios.Small, static scenario =>
    {
        var rule = new Concurrency(scenario.Quota);
        var state = default(LimitState);
        var at = new Moment(scenario.Start);
        var receipts = Enumerable.Range(0, (int)scenario.Quota).Select(_ => rule.Charge(ref state, at, 1)).ToList();
        foreach (var receipt in receipts)
        {
            rule.Earliest(ref state, at, 1).ShouldBe(LimitRule.Never);
            rule.FreshAt(state, at).ShouldBe(LimitRule.Never);
            rule.GiveBack(ref state, at, receipt, 1);
            rule.Earliest(ref state, at, 1).ShouldBe(at.Now);
            rule.Project(ref state, at, 1).ShouldBe(at.Now);
            rule.Project(ref state, at, 2).ShouldBe(scenario.Quota > 1 && state.Count <= scenario.Quota - 2 ? at.Now : LimitRule.Never);
            rule.Charge(ref state, at, 1);
            rule.GiveBack(ref state, at, receipt, 1);
            at = at with { Now = at.Now + 1 };
            rule.Charge(ref state, at, 1);
        }

        rule.GiveBack(ref state, at, 0, scenario.Quota);
        rule.FreshAt(state, at).ShouldBe(at.Now);
        rule.IsReleased.ShouldBeTrue();
    });

    private static void AdmittedExactlyWhenTold((Kind Kind, Scenario Scenario) drawn)
    {
        Drive drive = null!;
        drive = new Drive(Rules.Of(drawn.Kind, drawn.Scenario), drawn.Scenario)
        {
            Refused = (cost, told) =>
            {
                if (told > long.MaxValue / 4)
                {
                    return;
                }

                foreach (var before in (ReadOnlySpan<long>)[drive.Now + ((told - drive.Now) / 2), told - 1])
                {
                    drive.Now = before;
                    drive.Rule.Earliest(ref drive.State, drive.At, cost).ShouldBe(told);
                }

                drive.Now = told;
                drive.Rule.Earliest(ref drive.State, drive.At, cost).ShouldBe(told);
            },
        };
        drive.Run();
    }
}
