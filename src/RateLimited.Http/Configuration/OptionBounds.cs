namespace RateLimited.Http.Configuration;

/// <summary>The range of every option. What lies outside is refused at start-up, so that arithmetic and timers never see it.</summary>
internal static class OptionBounds
{
    /// <summary>Of a quota, a burst and a bound on costs in line: far above any real upstream, and far from overflow when multiplied by a window's ticks in 128 bits.</summary>
    public const long MaxAmount = 1_000_000_000_000;

    /// <summary>Of a quota that is counted in parts of units: as far from overflow as that of whole ones, also where a window's charges are added up.</summary>
    public const long MaxParts = 100_000_000_000_000_000;

    /// <summary>Every limit of a request is decided in one step: a list of hundreds is a mistake and would make each decision slow.</summary>
    public const int MaxLimits = 64;

    public const int MaxEndpoints = 1_000;
    public const int MaxTenantClasses = 100;

    /// <summary>All keys of a service are looked at with each request.</summary>
    public const int MaxKeys = 128;

    /// <summary>What a dialect speaks of: no response has more headers of limits.</summary>
    public const int MaxDialectHeaders = 64;

    public const int MaxDialectStatuses = 64;

    /// <summary>Names become tags of metrics and parts of log lines.</summary>
    public const int MaxNameLength = 64;

    public const int MaxServiceNameLength = 256;
    public const int MaxEndpointLength = 256;

    /// <summary>No text of the short form needs more.</summary>
    public const int MaxTextLength = 256;

    public static readonly NumberRange Quota = new(1, MaxAmount, "a whole number from 1 to 10^12 as the quota");
    public static readonly NumberRange Burst = new(1, MaxAmount, "a whole number from 1 to 10^12 as the burst");
    public static readonly NumberRange Slack = new(1, MaxAmount, "a whole number from 1 to the quota as the burst of what is paced");
    public static readonly NumberRange Learned = new(1, MaxAmount, "a whole number from 1 to the quota");
    public static readonly NumberRange Cost = new(1, MaxAmount, "a whole number from 1 to 10^12 as the most that the line may cost");
    public static readonly AmountRange EndpointCost = new(0, MaxAmount, "a number from 0 to 10^12 with at most six digits behind the point as what a request costs");
    public static readonly NumberRange CostPer = new(1, MaxAmount, "a whole number from 1 to 10^12");
    public static readonly AmountRange Finest = new(0.000001m, 1, "a number from 0.000001 to 1, a power of ten such as 0.01");
    public static readonly NumberRange Status = new(200, 999, "a status from 200 to 999");
    public static readonly NumberRange Weight = new(1, 1_000, "a whole number from 1 to 1_000");
    public static readonly NumberRange QueueLength = new(0, 10_000_000, "a whole number from 0 to 10_000_000");
    public static readonly NumberRange Megabytes = new(1, 1_000_000, "a whole number of megabytes from 1 to 1_000_000");
    public static readonly NumberRange Partitions = new(1, 10_000_000, "a whole number from 1 to 10_000_000");

    /// <summary>31 days lie above the ceiling of the framework's timers (24.8 days are the lowest): waits are taken in pieces.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    public static readonly DurationRange Window = new(TimeSpan.FromMilliseconds(1), Longest, "a window from 1 ms to 31 days, such as 'minute', '2 s' or '00:01:00'");
    public static readonly DurationRange PacedWindow = new(TimeSpan.FromHours(1), Longest, "no pace, or a fixed or sliding window of an hour or more");
    public static readonly DurationRange QueueTimeout = new(TimeSpan.Zero, Longest, "a duration from 0 s to 31 days, such as '30 s' or '00:00:30'");
    public static readonly DurationRange Ageing = new(TimeSpan.FromMilliseconds(10), Longest, "a duration from 10 ms to 31 days, such as '30 s' or '00:00:30'");
    public static readonly DurationRange BodyIdle = new(TimeSpan.FromSeconds(1), TimeSpan.FromHours(24), "a duration from 1 s to 24 h, such as '2 min' or '00:02:00'");
    public static readonly DurationRange BodyWhole = new(TimeSpan.FromSeconds(1), TimeSpan.FromHours(24), "a duration from 1 s to 24 h, such as '10 min' or '00:10:00'");
    public static readonly DurationRange PartitionIdle = new(TimeSpan.FromSeconds(1), Longest, "a duration from 1 s to 31 days, such as '5 min' or '00:05:00'");
    public static readonly DurationRange MaxHint = new(TimeSpan.FromSeconds(1), Longest, "a duration from 1 s to 31 days, such as '1 h' or '01:00:00'");
    public static readonly DurationRange AskFirst = new(TimeSpan.Zero, TimeSpan.FromSeconds(10), "a duration from 0 s to 10 s, such as '1 s' or '00:00:01'");
    public static readonly DurationRange MaxExhausted = new(TimeSpan.FromSeconds(1), Longest, "a duration from 1 s to 31 days, such as '1 day' or '1.00:00:00'");
    public static readonly DurationRange ArrivalGuard = new(TimeSpan.Zero, TimeSpan.FromSeconds(10), "'Auto', or a duration from 0 s to 10 s such as '50 ms' or '00:00:00.050'");
}

/// <summary>The numbers an option may have, and the words that say so.</summary>
internal sealed record NumberRange(long Min, long Max, string Right)
{
    public bool Contains(long value) => value >= Min && value <= Max;
}

/// <summary>The numbers an option may have that need not be whole, and the words that say so.</summary>
internal sealed record AmountRange(decimal Min, decimal Max, string Right)
{
    /// <summary>What a millionth does not divide would not be counted exactly.</summary>
    public bool Contains(decimal value) => value >= Min && value <= Max && decimal.IsInteger(value * UnitCost.Finest);
}

/// <summary>The durations an option may have, and the words that say so.</summary>
internal sealed record DurationRange(TimeSpan Min, TimeSpan Max, string Right)
{
    public bool Contains(TimeSpan value) => value >= Min && value <= Max;
}
