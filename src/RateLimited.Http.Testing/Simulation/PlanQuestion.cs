using RateLimited.Http.Configuration;

namespace RateLimited.Http.Testing.Simulation;

/// <summary>How long so much work takes, and how many keys it needs.</summary>
public sealed record PlanQuestion
{
    /// <summary>The service's name, in what is said of it. Default: <c>service</c>.</summary>
    public string Service { get; init; } = "service";

    /// <summary>The service as configured.</summary>
    public required ServiceRateLimitingOptions Options { get; init; }

    /// <summary>The limits that all services share. Default: none.</summary>
    public IReadOnlyList<LimitOptions> GlobalLimits { get; init; } = [];

    /// <summary>How many requests the work is, 1 to 10^12.</summary>
    public required long Items { get; init; }

    /// <summary>What each is: its endpoint, its tenant, its costs. Default: one request, of no endpoint.</summary>
    public AdmissionRequest Item { get; init; }

    /// <summary>How long the upstream takes to answer. Default: 250 ms.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How many API keys there are, each with the service's limits to itself. Default: 1. 1 to 10 000.</summary>
    public int Keys { get; init; } = 1;

    /// <summary>In what time it is to be done: then the plan says how many keys that needs. Default: null, it does not matter.</summary>
    public TimeSpan? Within { get; init; }

    /// <summary>When it begins by the wall clock, which windows of clock and calendar go by. Default: midnight UTC, 1 January 2026.</summary>
    public DateTimeOffset Start { get; init; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal void Validate()
    {
        FigureBounds.Require(nameof(Items), Items, 1, OptionBounds.MaxAmount);
        FigureBounds.Require(nameof(Latency), Latency, TimeSpan.Zero, TimeSpan.FromDays(1));
        FigureBounds.Require(nameof(Keys), Keys, 1, ServicePlanner.MostKeys);
        FigureBounds.Require(nameof(Within), Within ?? TimeSpan.Zero, TimeSpan.Zero, TimeSpan.MaxValue);
    }
}
