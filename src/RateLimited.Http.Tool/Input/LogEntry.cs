namespace RateLimited.Http.Tool.Input;

/// <summary>One request of an access log.</summary>
internal sealed record LogEntry
{
    /// <summary>When it came.</summary>
    public required DateTime Time { get; init; }

    public string? Service { get; init; }

    public string? Method { get; init; }

    /// <summary>The path, without the query: that may hold secrets, and no limit counts by it.</summary>
    public string? Path { get; init; }

    /// <summary>The endpoint by the key it is configured under, where the log names one.</summary>
    public string? Endpoint { get; init; }

    public string? Tenant { get; init; }

    /// <summary>The name that limits per name count by.</summary>
    public string? Partition { get; init; }

    public RequestPriority? Priority { get; init; }

    /// <summary>How long it took to be answered.</summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>What it cost, by unit.</summary>
    public IReadOnlyList<UnitCost> Costs { get; init; } = [];
}
