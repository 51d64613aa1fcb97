using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>Deciding and charging in one step is deciding and then charging.</summary>
public sealed class OneStepTests
{
    [Fact]
    public void Charging_if_it_may_go_is_asking_and_then_charging() => Holds.For(Rules.With(Scenarios.Any, Rules.All), static drawn => Compare(drawn.Kind, drawn.Scenario));

    [Fact]
    public void Charging_ones_if_they_may_go_is_asking_and_then_charging() => Holds.For(Rules.With(Scenarios.Small, Rules.All), static drawn =>
        Compare(drawn.Kind, OfOnes(drawn.Scenario with { Guard = 0 })));

    [Fact]
    public void With_a_guard_too() => Holds.For(Rules.With(Scenarios.Small, Rules.All), static drawn => Compare(drawn.Kind, OfOnes(drawn.Scenario)));

    private static Scenario OfOnes(Scenario scenario) => scenario with { Steps = [.. scenario.Steps.Select(static step => step with { RawCost = 0 })] };

    private static void Compare(Kind kind, Scenario scenario)
    {
        var rule = Rules.Of(kind, scenario);
        var (one, two) = (new Drive(rule, scenario), new Drive(rule, scenario));
        foreach (var step in scenario.Steps)
        {
            var cost = step.Cost(rule.Capacity);
            var expected = rule.Earliest(ref two.State, two.At, cost);
            var goes = rule.TryCharge(ref one.State, one.At, cost, out var earliest);
            goes.ShouldBe(expected == two.Now);
            if (goes)
            {
                rule.Charge(ref two.State, two.At, cost);
            }
            else
            {
                earliest.ShouldBe(expected);
            }

            ShouldAgree(one, two);
            var to = one.Now + Amounts.Scaled(step.RawLease, 0, scenario.Window);
            var throughout = rule.AdmitsThroughout(two.State, two.At, to, cost);
            rule.TryChargeThroughout(ref one.State, one.At, to, cost).ShouldBe(throughout);
            if (throughout)
            {
                rule.Charge(ref two.State, two.At, cost);
                (one.Now, two.Now) = (to, to);
            }

            ShouldAgree(one, two);
            one.Take(step);
            two.Take(step);
        }
    }

    private static void ShouldAgree(Drive one, Drive two)
    {
        one.State.Mark.ShouldBe(two.State.Mark);
        one.State.Count.ShouldBe(two.State.Count);
        one.Rule.Used(ref one.State, one.At).ShouldBe(two.Rule.Used(ref two.State, two.At));
        foreach (var cost in (ReadOnlySpan<long>)[1, one.Rule.Capacity])
        {
            one.Rule.Earliest(ref one.State, one.At, cost).ShouldBe(two.Rule.Earliest(ref two.State, two.At, cost));
        }
    }
}
