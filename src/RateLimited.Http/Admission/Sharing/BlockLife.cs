using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>For how long a block of quota may be spent that a process takes ahead of its requests.</summary>
internal static class BlockLife
{
    /// <summary>Limits are padded by a block's life: a window loses so much of itself, and a bucket of its burst.</summary>
    private const int PartOfWindow = 100;

    /// <summary>In less, less than two requests are saved a round trip on a network.</summary>
    private const long Shortest = 10 * TimeSpan.TicksPerMillisecond;

    /// <summary>More saves no more round trips, and is what others cannot use.</summary>
    private const long Longest = TimeSpan.TicksPerSecond;

    /// <param name="definition">The service.</param>
    /// <param name="configured">What is configured for all services, in ticks; zero: nothing is taken ahead.</param>
    /// <returns>Ticks; zero: every request is asked for.</returns>
    public static long Of(ServiceDefinition definition, long configured) => definition.Lease switch
    {
        LeaseMode.Strict => 0,
        LeaseMode.Auto when configured == 0 => Auto(definition),
        _ => configured,
    };

    private static long Auto(ServiceDefinition definition)
    {
        var windows = LimitsOf(definition).Select(static limit => limit.Rule.Counting).Where(static rule => rule.Window > 0 && SharedRule.CanBe(rule)).Select(static rule => rule.Window).ToList();
        return windows.Count == 0 ? 0 : Math.Clamp(windows.Min() / PartOfWindow, Shortest, Longest);
    }

    private static IEnumerable<LimitDefinition> LimitsOf(ServiceDefinition definition) =>
        [.. definition.Limits, .. definition.Endpoints.SelectMany(static endpoint => endpoint.Limits), .. definition.TenantLimits, .. definition.TenantClasses.SelectMany(static tenants => tenants.Limits)];
}
