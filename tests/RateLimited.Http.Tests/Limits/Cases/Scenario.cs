using FsCheck;
using FsCheck.Fluent;

namespace RateLimited.Http.Tests.Limits.Cases;

/// <summary>A limit's figures and what happens to it.</summary>
internal sealed record Scenario(long Quota, long Window, long Burst, long Guard, long Start, Step[] Steps)
{
    /// <summary>1 January 2026, UTC: what the monotonic zero is by the wall clock unless a test says otherwise.</summary>
    public static readonly long Wall = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    public override string ToString() =>
        $"Quota {Quota} Window {Window} Burst {Burst} Guard {Guard} Start {Start}: {string.Join("; ", Steps)}";
}

/// <summary>Draws scenarios and makes failing ones smaller.</summary>
internal static class Scenarios
{
    private const int MostSteps = 60;

    private static readonly Gen<Step> AnyStep =
        from pause in Gen.Frequency(
            (5, Gen.Constant(Pause.None)),
            (2, Gen.Constant(Pause.OneTick)),
            (4, Gen.Constant(Pause.Any)),
            (5, Gen.Constant(Pause.PartOfWindow)),
            (1, Gen.Constant(Pause.UntilWindowLess)),
            (1, Gen.Constant(Pause.Window)),
            (1, Gen.Constant(Pause.WindowAndMore)),
            (4, Gen.Constant(Pause.UntilTold)),
            (2, Gen.Constant(Pause.UntilJustBeforeTold)),
            (3, Gen.Constant(Pause.TimeOfOne)),
            (1, Gen.Constant(Pause.Long)))
        from act in Gen.Frequency((10, Gen.Constant(Act.Try)), (3, Gen.Constant(Act.TryWhenTold)), (4, Gen.Constant(Act.GiveBack)), (1, Gen.Constant(Act.ChargeMore)), (1, Gen.Constant(Act.Look)))
        from raw in Gen.Choose(0, int.MaxValue - 1).Three()
        select new Step(pause, act, raw.Item1, raw.Item2, raw.Item3);

    /// <summary>Over the whole range of every figure, with no guard in half of them.</summary>
    public static readonly Arbitrary<Scenario> Any = Of(Amounts.Between(1, Amounts.LargestQuota), Amounts.Between(Amounts.ShortestWindow, Amounts.LongestWindow), largestGuardedPart: 2);

    /// <summary>Of quotas that can be used up one by one.</summary>
    public static readonly Arbitrary<Scenario> Small = Of(Amounts.Between(1, 40), Amounts.Between(Amounts.ShortestWindow, TimeSpan.TicksPerDay), largestGuardedPart: 2);

    /// <summary>With a guard always, up to twice the window.</summary>
    public static readonly Arbitrary<Scenario> Guarded = Of(Amounts.Between(1, 200), Amounts.Between(Amounts.ShortestWindow, Amounts.LongestWindow), largestGuardedPart: 0);

    private static Arbitrary<Scenario> Of(Gen<long> quotas, Gen<long> windows, int largestGuardedPart)
    {
        var draw =
            from quota in quotas
            from window in windows
            from burst in Gen.OneOf(Gen.Constant(quota), Gen.Choose(1, 3).Select(static few => (long)few), Amounts.Between(1, Amounts.LargestQuota))
            from guard in largestGuardedPart == 0 ? Amounts.Between(1, 2 * window) : Gen.OneOf(Gen.Constant(0L), Amounts.Between(0, window / largestGuardedPart))
            from start in Amounts.Between(0, 100L * 365 * TimeSpan.TicksPerDay)
            from count in Gen.Choose(1, MostSteps)
            from steps in AnyStep.ArrayOf(count)
            select new Scenario(quota, window, burst, guard, start, steps);
        return Arb.From(draw, Smaller);
    }

    private static IEnumerable<Scenario> Smaller(Scenario failing)
    {
        var steps = failing.Steps;
        for (var chunk = steps.Length / 2; chunk >= 1; chunk /= 2)
        {
            for (var from = 0; from + chunk <= steps.Length; from += chunk)
            {
                yield return failing with { Steps = [.. steps[..from], .. steps[(from + chunk)..]] };
            }
        }

        if (failing.Start > 0)
        {
            yield return failing with { Start = 0 };
        }

        if (failing.Guard > 0)
        {
            yield return failing with { Guard = 0 };
        }

        if (failing.Quota > 10)
        {
            yield return failing with { Quota = failing.Quota / 10 };
        }

        if (failing.Burst > 10)
        {
            yield return failing with { Burst = failing.Burst / 10 };
        }
    }
}
