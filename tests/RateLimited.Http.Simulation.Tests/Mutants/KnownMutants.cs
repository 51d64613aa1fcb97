using RateLimited.Http.Limits;
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
    ];

    /// <summary>More is asked for than there is, and nothing else goes wrong.</summary>
    private static SwarmPlan Busy(SwarmPlan plan) => plan with { Load = 3, Calls = 250, Faults = Faults.None };
}
