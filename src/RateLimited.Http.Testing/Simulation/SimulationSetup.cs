using RateLimited.Http.Configuration;

namespace RateLimited.Http.Testing.Simulation;

/// <summary>What is simulated. The same set-up gives the same report, to the tick.</summary>
public sealed record SimulationSetup
{
    /// <summary>The service's name, in what is said of it. Default: <c>service</c>.</summary>
    public string Service { get; init; } = "service";

    /// <summary>The service as configured. Its limits are enforced, whatever its <c>Mode</c>.</summary>
    public required ServiceRateLimitingOptions Options { get; init; }

    /// <summary>The limits that all services share. Default: none. No other service draws on them in a simulation.</summary>
    public IReadOnlyList<LimitOptions> GlobalLimits { get; init; } = [];

    /// <summary>Who wants to send what, and when.</summary>
    public required Demand Demand { get; init; }

    /// <summary>For how long requests come, up to 366 days. What waits then is still let go. Default: a day. A <see cref="Demand.Backlog"/> comes at once, whatever stands here.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromDays(1);

    /// <summary>When it begins by the wall clock, which windows of clock and calendar go by. Default: midnight UTC, 1 January 2026.</summary>
    public DateTimeOffset Start { get; init; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How long the upstream takes to answer where the demand does not say. Default: 250 ms.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How many API keys there are, each with the service's limits to itself, taken in turn. Limits over all services are shared by all of them. Default: 1. 1 to 10 000.</summary>
    public int Keys { get; init; } = 1;

    /// <summary>What all that is drawn is drawn from. Default: 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>What a unit costs in money. Default: none.</summary>
    public IReadOnlyDictionary<string, decimal> Prices { get; init; } = new Dictionary<string, decimal>(StringComparer.Ordinal);

    /// <summary>How many requests come at most; where more do, the simulation ends with an exception. Default and most: 20 000 000.</summary>
    public long MaxRequests { get; init; } = ServiceSimulation.MostRequests;

    internal void Validate()
    {
        FigureBounds.Require(nameof(MaxRequests), MaxRequests, 1, ServiceSimulation.MostRequests);
        FigureBounds.Require(nameof(Duration), Duration, TimeSpan.Zero, TimeSpan.FromDays(366));
        FigureBounds.Require(nameof(Latency), Latency, TimeSpan.Zero, TimeSpan.FromDays(1));
        FigureBounds.Require(nameof(Keys), Keys, 1, ServicePlanner.MostKeys);
    }
}
