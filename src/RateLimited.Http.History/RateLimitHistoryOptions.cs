using RateLimited.Http.Configuration;

namespace RateLimited.Http.History;

/// <summary>What is recorded, and where: the section <c>RateLimiting:History</c>. All of it may change while running.</summary>
public sealed class RateLimitHistoryOptions
{
    /// <summary>
    /// Where the journal lies: a directory that this process alone records in; it is made, for its owner's eyes only. A relative path begins at the program's current directory. Default: <c>rate-limit-history</c>. Not used by
    /// a store of the program's own.
    /// </summary>
    public string Directory { get; set; } = "rate-limit-history";

    /// <summary>After how many refusals what is pending is written: 1 to 10 000. Default: 10.</summary>
    public int BatchSize { get; set; } = 10;

    /// <summary>After what time what is pending is written, if there were fewer: 1 s to 1 h. Default: 1 min.</summary>
    public TimeSpan BatchInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How many records may be pending: 100 to 1 000 000. More are dropped, and counted. Default: 10 000.</summary>
    public int MaxPending { get; set; } = 10_000;

    /// <summary>At how many bytes a file of the journal is followed by the next one: 64 KiB to 1 GiB; one ends with its day in any case. Default: 16 MiB.</summary>
    public long SegmentBytes { get; set; } = 16L << 20;

    /// <summary>How many bytes the journal may have: 1 MiB to 1 TiB. The oldest files are deleted first. Default: 1 GiB.</summary>
    public long MaxBytes { get; set; } = 1L << 30;

    /// <summary>For how long records are kept, in whole days by UTC: 1 to 3660 days. Default: 90 days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>What could not be read.</summary>
    internal FaultList Faults { get; } = new();
}
