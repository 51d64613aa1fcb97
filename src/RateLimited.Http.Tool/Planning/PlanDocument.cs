using RateLimited.Http.Testing.Simulation;
using RateLimited.Http.Tool.Output;

namespace RateLimited.Http.Tool.Planning;

/// <summary>What a plan says. Durations are seconds.</summary>
/// <param name="Service">The service or the provider.</param>
/// <param name="Items">How many items.</param>
/// <param name="Latency">How long the upstream is thought to take.</param>
/// <param name="Within">In what time it is to be done; null if that does not matter.</param>
/// <param name="Counts">How the provider counts, which says what another key is worth; null where no preset says.</param>
/// <param name="Plans">A plan for each tier.</param>
internal sealed record PlanDocument(string Service, long Items, double Latency, double? Within, string? Counts, IReadOnlyList<TierPlan> Plans);

/// <summary>What the plan of one tier says.</summary>
internal sealed record TierPlan
{
    /// <summary>Null where there is only one.</summary>
    public required string? Tier { get; init; }

    /// <summary>Why there is none; null where there is one.</summary>
    public string? Impossible { get; init; }

    public int? Keys { get; init; }

    public double? Duration { get; init; }

    /// <summary>The limit that decides; null where the latency does.</summary>
    public string? Bottleneck { get; init; }

    public IReadOnlyList<PaceDocument> Limits { get; init; } = [];

    /// <summary>How many items the simulation ran, how long they took in it, and how long the slowest limit alone takes for as many.</summary>
    public CheckDocument? Check { get; init; }

    public static TierPlan Of(string? tier, ServicePlan plan) => new()
    {
        Tier = tier,
        Keys = plan.Keys,
        Duration = plan.Duration.TotalSeconds,
        Bottleneck = plan.Bottleneck is { } name ? Terminal.Shown(name) : null,
        Limits = [.. plan.Limits.Select(static pace => new PaceDocument(
            Terminal.Shown(pace.Name), pace.IsShared, pace.Unit, pace.Cost, pace.Quota, pace.Window == TimeSpan.Zero ? null : pace.Window.TotalSeconds, pace.Duration.TotalSeconds))],
        Check = new CheckDocument(plan.Check.Items, plan.Check.Simulated.TotalSeconds, plan.Check.Calculated.TotalSeconds),
    };
}

/// <summary>How long one limit alone would take.</summary>
internal sealed record PaceDocument(string Name, bool SharedByKeys, string Unit, decimal CostOfItem, decimal Quota, double? Window, double Duration);

/// <summary>The simulation beside the arithmetic.</summary>
internal sealed record CheckDocument(long Items, double Simulated, double Calculated);
