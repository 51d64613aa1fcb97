namespace RateLimited.Http.Alerts.Readings;

/// <summary>
/// What limits and lines hold, reckoned by their number and not by the collector, which knows the whole process alone. Partitions were measured at 117 bytes (docs/performance.md, <c>partition-bytes</c>); with the
/// text of the tenant or name they stand for, of 40 characters, they are taken at 220. What waits with its task, its message and its timer is taken at 1 KB, which was not measured.
/// </summary>
internal static class MemoryEstimate
{
    public const int BytesOfPartition = 220;

    public const int BytesOfWaiter = 1_024;

    private const double Megabyte = 1_000_000;

    public static double Megabytes(long partitions, long waiting) => ((partitions * (double)BytesOfPartition) + (waiting * (double)BytesOfWaiter)) / Megabyte;
}
