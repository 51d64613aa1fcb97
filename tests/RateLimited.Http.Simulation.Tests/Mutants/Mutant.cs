using RateLimited.Http.Limits;
using RateLimited.Http.Simulation.Tests.Worlds;

namespace RateLimited.Http.Simulation.Tests.Mutants;

/// <summary>Something that is wrong on purpose, to see that it is found.</summary>
internal sealed record Mutant(string Name)
{
    /// <summary>What rules are replaced by.</summary>
    public Func<LimitRule, LimitRule>? Rule { get; init; }

    /// <summary>Whether timers get lost.</summary>
    public bool LosesTimers { get; init; }

    /// <summary>What the worlds are like that it is looked for in.</summary>
    public Func<SwarmPlan, SwarmPlan>? Plan { get; init; }

    public Func<ServiceSpec, ServiceSpec>? Service { get; init; }
}
