using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Simulation.Tests.Fleets;
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

    /// <summary>What is handed to the limiter in place of what the service is configured as.</summary>
    public Func<ServiceDefinition, ServiceDefinition>? Definition { get; init; }

    /// <summary>The same of its keys.</summary>
    public Func<KeyPoolDefinition, KeyPoolDefinition>? Keys { get; init; }

    /// <summary>Whether a request that goes on with another key does not say with which it went.</summary>
    public bool ForgetsTried { get; init; }

    /// <summary>What the fleets are like that it is looked for in.</summary>
    public Func<FleetPlan, FleetPlan>? Fleet { get; init; }

    /// <summary>What becomes of the script that decides in Redis.</summary>
    public Func<string, string>? Script { get; init; }

    /// <summary>Whether a process spends a grant twice whose answer was lost.</summary>
    public bool SpendsTwice { get; init; }
}
