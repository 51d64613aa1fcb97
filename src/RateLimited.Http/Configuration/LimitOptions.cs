namespace RateLimited.Http.Configuration;

/// <summary>One limit: so much quota of a unit in a window. The short form of most is one line of text.</summary>
public sealed class LimitOptions
{
    /// <summary>The limit's name in status, metrics and refusals. Default: made of quota, unit and window, such as <c>500/minute</c>.</summary>
    public string? Name { get; set; }

    /// <summary>The quota, 1 to 10^12. Required.</summary>
    public long Quota { get; set; }

    /// <summary>What the quota counts. Default: <see cref="UnitCost.Requests"/>.</summary>
    public string Unit { get; set; } = UnitCost.Requests;

    /// <summary>The window, 1 ms to 31 days. Required, except for <see cref="LimitAlgorithm.Concurrency"/>, which has none.</summary>
    public TimeSpan? Window { get; set; }

    /// <summary>How the limit counts. Default: <see cref="LimitAlgorithm.SlidingWindow"/>.</summary>
    public LimitAlgorithm Algorithm { get; set; }

    /// <summary>
    /// For <see cref="LimitAlgorithm.TokenBucket"/>: how much may go at once after a pause, 1 to 10^12. Default: the quota. A burst of Q at a rate of Q per window
    /// admits up to 2Q in one window, which is what upstreams that refill continuously count too.
    /// </summary>
    public long? Burst { get; set; }

    /// <summary>For <see cref="LimitAlgorithm.FixedWindow"/>: where windows begin. Default: <see cref="WindowAnchor.Clock"/>.</summary>
    public WindowAnchor Anchor { get; set; }

    /// <summary>
    /// For <see cref="LimitAlgorithm.FixedWindow"/> anchored to the clock with a window of whole days: the IANA name of the time zone whose midnight windows begin at.
    /// Default: null, UTC.
    /// </summary>
    public string? TimeZone { get; set; }

    /// <summary>What the limit counts separately by. Default: <see cref="PartitionBy.Service"/>.</summary>
    public PartitionBy Partition { get; set; }
}
