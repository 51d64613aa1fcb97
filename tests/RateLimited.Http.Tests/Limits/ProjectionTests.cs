using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;
using Pause = RateLimited.Http.Tests.Limits.Cases.Pause;

namespace RateLimited.Http.Tests.Limits;

/// <summary>What a newcomer is told of the line before it.</summary>
public sealed class ProjectionTests
{
    [Fact]
    public void Projection_equals_the_wait_hint_up_to_the_capacity() => Holds.For(Rules.With(Scenarios.Any, Rules.Timed), static drawn =>
    {
        var rule = Rules.Of(drawn.Kind, drawn.Scenario);
        var next = 0;
        Drive drive = null!;
        drive = new Drive(rule, drawn.Scenario)
        {
            AfterStep = _ =>
            {
                foreach (var amount in (ReadOnlySpan<long>)[1, drawn.Scenario.Steps[next].Cost(rule.Capacity), rule.Capacity])
                {
                    rule.Project(ref drive.State, drive.At, amount).ShouldBe(rule.Earliest(ref drive.State, drive.At, amount));
                }

                next++;
            },
        };
        drive.Run();
    });

    [Fact]
    public void Projection_is_when_a_saturated_line_of_ones_gets_there() => Holds.For(Rules.With(Scenarios.Small, Kind.Aligned, Kind.Midnight, Kind.FirstUse, Kind.Announced), static drawn =>
        Saturate(Rules.Of(drawn.Kind, drawn.Scenario), drawn.Scenario, static (projected, _, went) => went.ShouldBe(projected)));

    [Fact]
    public void Projection_of_a_bucket_is_when_a_saturated_line_of_ones_gets_there() => Holds.For(Scenarios.Small, static scenario =>
    {
        // A bucket that cannot bear a tick of delay loses what the clock cannot show.
        var bucket = new TokenBucket(scenario.Quota, scenario.Window, 2 + (scenario.Burst % 50));
        Saturate(bucket, scenario with { Guard = 0 }, static (projected, _, went) => went.ShouldBe(projected));
    });

    [Fact]
    public void Projection_of_a_guarded_bucket_is_never_late_and_less_than_a_tick_early_for_each() => Holds.For(Scenarios.Small, static scenario =>
    {
        var bucket = new TokenBucket(scenario.Quota, scenario.Window, 1 + (scenario.Burst % 50));
        Saturate(bucket, scenario, (projected, count, went) =>
        {
            if (count > bucket.Burst)
            {
                went.ShouldBeInRange(projected, projected + count);
            }
        });
    });

    [Fact]
    public void Projection_of_a_sliding_window_is_when_a_saturated_line_gets_there_but_for_what_is_kept_together() => Holds.For(Scenarios.Small, static scenario =>
    {
        var window = new SlidingWindow(scenario.Quota, scenario.Window);
        var spacing = (scenario.Window / ChargeLog.Resolution) + 1 + (scenario.Guard >> 5);
        Saturate(window, scenario, (projected, count, went) => went.ShouldBeInRange(projected, projected + (spacing * (1 + (count / scenario.Quota)))));
    });

    [Fact]
    public void Projection_of_a_sliding_window_is_exact_round_after_round_after_one_burst() => Holds.For(Scenarios.Small, static scenario =>
    {
        var window = new SlidingWindow(scenario.Quota, scenario.Window);
        var burst = scenario with { Steps = [new Step(Pause.None, Act.Try, 0, scenario.Steps[0].RawCost, 0), new Step(Pause.PartOfWindow, Act.Look, scenario.Steps[0].RawPause % 15, 0, 0)] };
        Saturate(window, burst, static (projected, _, went) => went.ShouldBe(projected));
    });

    /// <summary>Runs the history, then sends one by one as early as may be, up to three quotas of them.</summary>
    private static void Saturate(LimitRule rule, Scenario scenario, Action<long, long, long> compare)
    {
        var drive = new Drive(rule, scenario);
        drive.Run();
        var total = (int)Math.Min((3 * scenario.Quota) + 5, 125);
        var projected = Enumerable.Range(1, total).Select(count => rule.Project(ref drive.State, drive.At, count)).ToArray();
        for (var count = 1; count <= total; count++)
        {
            drive.Now = rule.Earliest(ref drive.State, drive.At, 1);
            rule.Charge(ref drive.State, drive.At, 1);
            compare(projected[count - 1], count, drive.Now);
        }
    }
}
