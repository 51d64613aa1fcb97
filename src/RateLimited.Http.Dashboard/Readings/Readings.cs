namespace RateLimited.Http.Dashboard.Readings;

/// <summary>All services at one moment, as they stand in the JSON: docs/dashboard.md says what each field means.</summary>
internal sealed record DashboardReading(DateTimeOffset At, IReadOnlyList<ServiceReading> Services, int? OpenAlerts);

/// <summary>One service.</summary>
internal sealed record ServiceReading
{
    public required string Name { get; init; }

    public required string Mode { get; init; }

    public required string Health { get; init; }

    public required string? Why { get; init; }

    public required string Circuit { get; init; }

    public required double? WaitSeconds { get; init; }

    public required double PauseSeconds { get; init; }

    public required double ArrivalGuardMilliseconds { get; init; }

    public required int InFlight { get; init; }

    public required int Waiting { get; init; }

    public required int LineCapacity { get; init; }

    public required long LineBytes { get; init; }

    public required long Bytes { get; init; }

    public required IReadOnlyList<LineReading> Line { get; init; }

    public required IReadOnlyList<LimitReading> Limits { get; init; }

    public required IReadOnlyList<KeyReading> Keys { get; init; }

    public required IReadOnlyDictionary<string, long> Checks { get; init; }

    public required IReadOnlyDictionary<string, long> Refusals { get; init; }

    public required IReadOnlyDictionary<string, long> Attempts { get; init; }

    public required long Unexpected429 { get; init; }

    public required IReadOnlyDictionary<string, double> SpendUsd { get; init; }

    public required IReadOnlyList<BudgetReading> Budgets { get; init; }

    public required IReadOnlyList<FigureReading> Redundancy { get; init; }

    /// <summary>All processes that share its limits; null where only this one counts them.</summary>
    public required FleetStatus? Fleet { get; init; }
}

/// <summary>How many requests of one priority wait.</summary>
internal sealed record LineReading(string Priority, int Waiting);

/// <summary>One limit.</summary>
internal sealed record LimitReading(string Name, string Unit, string Partition, long Quota, long Used, long Remaining, double Ratio, double? ResetSeconds, int Partitions, long Evicted, long Bytes);

/// <summary>One API key, by its name.</summary>
internal sealed record KeyReading(string Name, string State, double? OpensInSeconds, double Headroom, int InFlight, long Requests, long Moved);

/// <summary>How much of a budget is spent, and what it comes to at its period's end if spending goes on; null while that is not known. Both as parts of it.</summary>
internal sealed record BudgetReading(string Name, double Spent, double? Projected);

/// <summary>A figure of which only whoever reports it knows what it says.</summary>
internal sealed record FigureReading(string What, string Of, double Value, string Unit);

/// <summary>What became of a service within one interval, and how it was at its end.</summary>
internal sealed record HistoryPoint(DateTimeOffset At, double Usage, long Waiting, long InFlight, double AdmittedPerSecond, double RefusedPerSecond, long Unexpected429);

/// <summary>A service's last quarter of an hour, oldest first; and the same of all processes that share its limits, as often as they were heard of.</summary>
internal sealed record HistoryReading(string Service, double IntervalSeconds, IReadOnlyList<HistoryPoint> Points, IReadOnlyList<HistoryPoint> Fleet);
