using RateLimited.Http.Configuration;

namespace RateLimited.Http.History.Configuration;

/// <summary>The range of every option.</summary>
internal static class HistoryBounds
{
    public const int MaxDirectoryLength = 1024;

    public static readonly NumberRange BatchSize = new(1, 10_000, "a whole number from 1 to 10000 as the refusals of a batch");
    public static readonly DurationRange BatchInterval = new(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "a duration from 1 s to 1 h");
    public static readonly NumberRange MaxPending = new(100, 1_000_000, "a whole number from 100 to 1000000 as the records that may be pending");
    public static readonly NumberRange SegmentBytes = new(64L << 10, 1L << 30, "a whole number from 65536 to 1073741824 as the bytes of a file");
    public static readonly NumberRange MaxBytes = new(1L << 20, 1L << 40, "a whole number from 1048576 to 1099511627776 as the bytes of the journal");
    public static readonly DurationRange Retention = new(TimeSpan.FromDays(1), TimeSpan.FromDays(3660), "a duration from 1 day to 3660 days");
}
