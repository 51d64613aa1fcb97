namespace RateLimited.Http.History;

/// <summary>What should have been recorded before this and was not: too much was pending, or nothing could be written. Immutable.</summary>
public sealed record LossRecord : HistoryRecord
{
    /// <summary>How many refusals are missing.</summary>
    public required long Refusals { get; init; }

    /// <summary>How many minutes of services are missing.</summary>
    public required long Minutes { get; init; }
}
