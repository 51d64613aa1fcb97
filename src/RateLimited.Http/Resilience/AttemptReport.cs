namespace RateLimited.Http.Resilience;

/// <summary>What became of an attempt that the circuit let through. Times in ticks of the service's clock.</summary>
/// <param name="Pass">What it was let through with.</param>
/// <param name="Reading">Its outcome.</param>
internal readonly record struct AttemptReport(CircuitPass Pass, AttemptReading Reading)
{
    /// <summary>When it began, where slow calls count; zero otherwise.</summary>
    public long Began { get; init; }

    /// <summary>When it ended; null for just now.</summary>
    public long? Ended { get; init; }

    /// <summary>Whether it is its request's first.</summary>
    public bool IsFirst { get; init; }

    /// <summary>Whether a body is still to come, of which <see cref="ServiceResilience.ReportBody"/> tells the rest.</summary>
    public bool HasBody { get; init; }
}
