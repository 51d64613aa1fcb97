namespace RateLimited.Http.Dashboard.Readings;

/// <summary>How a service was at one moment, with what was counted from the beginning on.</summary>
internal readonly record struct HistorySample(DateTimeOffset At, double Usage, long Waiting, long InFlight, long Admitted, long Refused, long Unexpected429)
{
    /// <summary>In this process.</summary>
    public static HistorySample Of(DateTimeOffset at, ServiceReading reading) => new(
        at,
        UsageOf(reading),
        reading.Waiting,
        reading.InFlight,
        CountOf(reading, "admitted") + CountOf(reading, "waited") + CountOf(reading, "dry_run"),
        CountOf(reading, "refused"),
        reading.Unexpected429);

    /// <summary>In all processes that share its limits; null while they cannot be heard of. How full a limit is that they share this process knows as well as any.</summary>
    public static HistorySample? OfFleet(ServiceReading reading) => reading.Fleet is { At: { } at, Fault: null } all
        ? new HistorySample(at, UsageOf(reading), all.Waiting, all.InFlight, all.Flow.Admitted, all.Flow.Refused, all.Flow.Unexpected429)
        : null;

    private static double UsageOf(ServiceReading reading) => reading.Limits.Select(static limit => limit.Ratio).DefaultIfEmpty().Max();

    private static long CountOf(ServiceReading reading, string result) => reading.Checks.GetValueOrDefault(result);
}
