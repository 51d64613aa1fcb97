namespace RateLimited.Http.Configuration;

/// <summary>The range of every option. What lies outside is refused at start-up, so that arithmetic and timers never see it.</summary>
internal static class OptionBounds
{
    /// <summary>Of a quota, a burst and a bound on costs in line: far above any real upstream, and far from overflow when multiplied by a window's ticks in 128 bits.</summary>
    public const long MaxAmount = 1_000_000_000_000;

    public const int MaxQueueLength = 10_000_000;
    public const int MaxPartitions = 10_000_000;
    public const int MaxWeight = 1_000;

    /// <summary>Every limit of a request is decided in one step: a list of hundreds is a mistake and would make each decision slow.</summary>
    public const int MaxLimits = 64;

    public const int MaxEndpoints = 1_000;
    public const int MaxTenantClasses = 100;

    /// <summary>Names become tags of metrics and parts of log lines.</summary>
    public const int MaxNameLength = 64;

    /// <summary>No text of the short form needs more, and a fault never quotes more than a line of it.</summary>
    public const int MaxTextLength = 256;

    public static readonly TimeSpan MinWindow = TimeSpan.FromMilliseconds(1);

    /// <summary>Below every ceiling of the framework's timers (24.8 and 49.7 days are the lowest), if waits are taken in pieces.</summary>
    public static readonly TimeSpan MaxDuration = TimeSpan.FromDays(31);

    public static readonly TimeSpan MaxArrivalGuard = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan MinBodyIdle = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan MaxBodyIdle = TimeSpan.FromHours(24);
    public static readonly TimeSpan MinPartitionIdle = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan MinAgeing = TimeSpan.FromMilliseconds(10);
}
