using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Admission;

namespace RateLimited.Http.Tests.Adaptive;

/// <summary>The closed loops that the documentation's figures come from. All chance is seeded.</summary>
internal static class Scenarios
{
    /// <summary>An upstream that takes 100 a second, from the 120th second on 30, from the 240th on 200. 400 a second want to go.</summary>
    public static ClosedLoop RateSteps() =>
        new(Rate(), new RateUpstream(static t => t < 120 ? 100 : t < 240 ? 30 : 200, seed: 1), static _ => 400, seed: 7);

    /// <summary>An upstream that takes 100 a second, of which 30 are wanted from the 20th second to the 80th.</summary>
    public static ClosedLoop LittleDemand() =>
        new(Rate(), new RateUpstream(static _ => 100, seed: 1), static t => t is >= 20 and < 80 ? 30 : 400, seed: 7);

    /// <summary>An upstream with 40 workers that take 100 ms, from the 120th second on 10, from the 240th on 80. 1 200 a second want to go.</summary>
    public static ClosedLoop WorkerSteps() =>
        new(Slots(), new QueueUpstream(static t => t < 120 ? 40 : t < 240 ? 10 : 80, static _ => 0.1, seed: 1), static _ => 1200, seed: 7);

    /// <summary>An upstream that refuses the 51st.</summary>
    public static ClosedLoop HardBound() =>
        new(Slots(), new QueueUpstream(static _ => 50, static _ => 0.1, seed: 1) { Queue = 0 }, static _ => 1200, seed: 7);

    /// <summary>Of 40 workers 5 are left for ten minutes.</summary>
    public static ClosedLoop FewWorkers() =>
        new(Slots(), new QueueUpstream(static t => t is >= 60 and < 660 ? 5 : 40, static _ => 0.1, seed: 1), static _ => 1200, seed: 7);

    /// <summary>All 40 workers take five times as long for ten minutes.</summary>
    public static ClosedLoop SlowWorkers() =>
        new(Slots(), new QueueUpstream(static _ => 40, static t => t is >= 60 and < 660 ? 0.5 : 0.1, seed: 1), static _ => 1200, seed: 7);

    /// <summary>An upstream that fails from the 200th second on, for so long. 100 a second want to go.</summary>
    public static ClosedLoop Outage(int seconds) =>
        new(Wide(), new RateUpstream(static _ => 1000, seed: 1) { Outage = (200, 200 + seconds) }, static _ => 100, seed: 7);

    /// <summary>An upstream that answers 100 of 1 000 a second and fails the others.</summary>
    public static ClosedLoop Overload() =>
        new(Wide(), new OverloadedUpstream(static _ => 100, seed: 1), static _ => 1000, seed: 7);

    private static LimitDefinition Rate() => new("rate", UnitCost.Requests, new AdaptiveRate(1_000_000, TimeSpan.TicksPerSecond, 1_000_000));

    private static LimitDefinition Slots() => new("slots", UnitCost.Requests, new AdaptiveConcurrency(1000, 1, 20));

    private static LimitDefinition Wide() => AdmissionBed.Bucket("wide", 100_000, TimeSpan.FromSeconds(1), 100_000);
}
