namespace RateLimited.Http.History.Tests.Queries;

/// <summary>Records of tests.</summary>
internal static class Recorded
{
    /// <summary>A Thursday.</summary>
    public static readonly DateOnly Today = new(2026, 11, 26);

    public static readonly DateTimeOffset Start = new(2026, 11, 26, 0, 0, 0, TimeSpan.Zero);

    public static RefusalRecord Refusal(DateTimeOffset at, long count = 1, string? tenant = null, string? endpoint = null, string? key = null) =>
        new() { At = at, Count = count, Service = "shop", Reason = RejectionReason.Timeout, Limit = "100/minute", Tenant = tenant, Endpoint = endpoint, Key = key };

    public static UsageRecord Minute(DateTimeOffset at, params IReadOnlyList<LimitUsage> limits) => new() { At = at, Service = "shop", Limits = limits };

    public static LimitUsage Limit(long peak, long quota = 100, long? used = null, long taken = 0, TimeSpan? window = null, TimeSpan? reset = null, string name = "100/minute", string partition = "service", string unit = "requests") => new()
    {
        Name = name,
        Unit = unit,
        Partition = partition,
        Window = window ?? TimeSpan.FromMinutes(1),
        Quota = quota,
        Peak = peak,
        Used = used ?? peak,
        Taken = taken,
        ResetAfter = reset,
    };

    public static ServiceReport Report(IEnumerable<HistoryRecord> records, ReportPeriod? period = null, IReadOnlyDictionary<string, string>? presets = null) =>
        HistoryReport.Of(period ?? ReportPeriod.Day(Today), records, presets).Services.Single();
}
