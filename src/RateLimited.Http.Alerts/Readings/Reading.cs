using RateLimited.Http.Alerts.Rules;

namespace RateLimited.Http.Alerts.Readings;

/// <summary>All that rules look at, at one moment. Plain values, so that rules are pure.</summary>
internal sealed record Reading(ProcessReading Process, IReadOnlyList<ServiceReading> Services);

/// <summary>What concerns the whole process.</summary>
internal sealed record ProcessReading
{
    /// <summary>Calls of batches within the last five minutes.</summary>
    public long Batches { get; init; }

    /// <summary>Those of them that failed.</summary>
    public long BatchesFailed { get; init; }

    /// <summary>What limits and lines take on the heap: <see cref="ServiceStatus.Bytes"/> of all services.</summary>
    public double Megabytes { get; init; }
}

/// <summary>One service. What is counted was counted within the last five minutes, unless it says otherwise.</summary>
internal sealed record ServiceReading
{
    public required string Name { get; init; }

    /// <summary>Percent of each limit that are used; limits on concurrency are meant to be used wholly and are left out.</summary>
    public IReadOnlyList<Measured> Usage { get; init; } = [];

    public IReadOnlyList<(string Name, KeyState State)> Keys { get; init; } = [];

    /// <summary>Percent of each budget that are spent.</summary>
    public IReadOnlyList<Measured> Budgets { get; init; } = [];

    /// <summary>Percent of each budget that it comes to at its period's end.</summary>
    public IReadOnlyList<Measured> Projections { get; init; } = [];

    public int Waiting { get; init; }

    public int LineCapacity { get; init; }

    public long Checks { get; init; }

    /// <summary>Those of the checks that waited or were refused.</summary>
    public long Limited { get; init; }

    public long Unexpected429 { get; init; }

    public long TripsInAMinute { get; init; }

    public long Attempts { get; init; }

    public long Errors { get; init; }

    public DurationCounts Durations { get; init; }

    public DurationCounts StoreDurations { get; init; }
}
