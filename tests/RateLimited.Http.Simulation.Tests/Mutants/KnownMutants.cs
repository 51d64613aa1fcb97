using RateLimited.Http.Limits;
using RateLimited.Http.Simulation.Tests.Fleets;
using RateLimited.Http.Simulation.Tests.Worlds;

namespace RateLimited.Http.Simulation.Tests.Mutants;

/// <summary>What is got wrong on purpose. Each breaks another promise, and must be found by what watches over that one.</summary>
internal static class KnownMutants
{
    public static IReadOnlyList<(Mutant Mutant, string Found)> All { get; } =
    [
        (new Mutant("a tick early") { Rule = static rule => rule is TokenBucket or SlidingWindow ? new EarlyRule(rule, TimeSpan.TicksPerMillisecond) : rule, Plan = Busy }, "let "),
        (new Mutant("one too few counted") { Rule = static rule => rule.IsReleased ? rule : new ForgetfulRule(rule), Plan = Busy }, "let "),
        (new Mutant("a slot given back twice") { Rule = static rule => rule is Concurrency ? new MintingRule(rule) : rule, Plan = Busy }, "are held and at most"),
        (new Mutant("a slot never given back") { Rule = static rule => rule is Concurrency ? new KeepingRule(rule) : rule, Plan = Busy }, "never came back"),
        (new Mutant("an end that is never told") { Rule = static rule => rule is TokenBucket or SlidingWindow ? new DespairingRule(rule) : rule, Plan = Busy }, "might have gone since"),
        (new Mutant("lost timers") { LosesTimers = true, Plan = Busy }, "might have gone since"),
        (new Mutant("no guard") { Plan = static plan => Busy(plan) with { Spread = 60 * TimeSpan.TicksPerMillisecond, KnowsSpread = true }, Service = static spec => spec with { Guard = TimeSpan.Zero } }, "the upstream refused it"),
        (new Mutant("partitions without end") { Definition = static service => service with { MaxPartitions = ServiceSpec.ManyPartitions }, Plan = static plan => Busy(plan) with { Names = 5 }, Service = ByName }, "partitions and at most"),
        (new Mutant("a line without end") { Definition = static service => service with { Queue = service.Queue with { Length = 10_000 } }, Plan = Busy, Service = static spec => spec with { Queue = spec.Queue with { Length = 2 } } }, "wait in a line of 2"),
        (new Mutant("a key tried twice") { ForgetsTried = true, Plan = static plan => Keyed(plan, KeyFaults.Storms) }, "once more, after"),
        (new Mutant("a revoked key that stays") { Keys = static keys => keys with { Ring = new OpenRing(keys.Ring, neverAgain: true) }, Plan = static plan => Keyed(plan, KeyFaults.Revocations) }, "which is disabled"),
        (new Mutant("a key that does not rest") { Keys = static keys => keys with { Ring = new OpenRing(keys.Ring, neverAgain: false) }, Plan = static plan => Keyed(plan, KeyFaults.Storms) }, "which rests until"),
        (new Mutant("one key and no other") { Keys = static keys => keys with { Ring = new LonelyRing(keys.Ring) }, Plan = static plan => Keyed(plan, KeyFaults.Storms) }, "might have gone on with"),
        (new Mutant("an end that no key hears of") { Keys = static keys => keys with { Ring = new DeafRing(keys.Ring) }, Plan = static plan => Keyed(plan, KeyFaults.None) }, "are under way with"),
        (new Mutant("a key for everybody") { Keys = static keys => keys with { Keys = [.. keys.Keys.Select(static key => key with { Classes = [] })] }, Plan = static plan => Keyed(plan, KeyFaults.None) with { Tenants = 5 } }, "which is reserved for others"),
        (new Mutant("a script that does not count") { Script = static text => Replaced(text, "return add(l.sent, now, cost, l.spacing_sent)", "return 0"), Fleet = static plan => plan with { Faults = FleetFaults.None }, Plan = Shared, Service = ByName }, "let "),
        (new Mutant("a script that forgets what it lent") { Script = static text => Replaced(text, "own.held, own.till = own.held + cost,", "own.held, own.till = own.held,"), Fleet = static plan => plan with { Faults = FleetFaults.None }, Plan = Shared, Service = ByTurns }, "are held and at most"),
        (new Mutant("a lost grant spent twice") { SpendsTwice = true, Fleet = static plan => plan with { Faults = FleetFaults.LostAnswers, FaultRate = 0.3 }, Plan = Shared }, "let "),
        (new Mutant("leases that outlive their process") { Script = static text => Replaced(text, "if till > now then\n        l.owners", "if till > 0 then\n        l.owners"), Fleet = static plan => plan with { Faults = FleetFaults.None }, Plan = static plan => Shared(plan) with { Faults = Faults.Crashes, FaultRate = 0.2 }, Service = ByTurns }, "nobody has gone"),
    ];

    /// <summary>More is asked for than there is, and nothing else goes wrong.</summary>
    private static SwarmPlan Busy(SwarmPlan plan) => plan with { Load = 3, Calls = 250, Faults = Faults.None };

    private static SwarmPlan Shared(SwarmPlan plan) => Busy(plan) with { HasFleet = true, SharesQuota = true, Processes = 3, Calls = 100, Names = 5 };

    private static string Replaced(string text, string right, string wrong) =>
        text.Contains(right, StringComparison.Ordinal) ? text.Replace(right, wrong, StringComparison.Ordinal) : throw new InvalidOperationException($"the script has no '{right}' to get wrong");

    private static ServiceSpec ByTurns(ServiceSpec spec) =>
        spec with { Limits = [new LimitSpec("turns", LimitKind.Slots, 2, TimeSpan.TicksPerSecond)], HasEndpoint = false, EndpointLimits = [], Queue = spec.Queue with { Timeout = Timeout.InfiniteTimeSpan, Length = 400 } };

    private static SwarmPlan Keyed(SwarmPlan plan, KeyFaults faults) => Busy(plan) with { HasPools = true, KeyFaults = faults, FaultRate = 0.1 };

    private static ServiceSpec ByName(ServiceSpec spec) =>
        spec with { MaxPartitions = 1, Limits = [.. spec.Limits.Where(static limit => limit.By != PartitionBy.Name), new LimitSpec("name", LimitKind.Sliding, 5, TimeSpan.TicksPerSecond) { By = PartitionBy.Name }] };
}
