using RateLimited.Http.Configuration;

namespace RateLimited.Http.Alerts.Configuration;

/// <summary>The range of every option.</summary>
internal static class AlertBounds
{
    public const int LongestAddress = 2_000;
    public const int LongestSecret = 1_000;
    public const int MostRecipients = 50;

    public const string TimeOfDay = "a time of day from '00:00' to '23:59'";
    public const string Address = "an address of at most 2000 characters that begins with https://, or with http:// for this machine and with AllowInsecure";
    public const string Secret = "1 to 1000 printable characters of ASCII without spaces";
    public const string Mailbox = "an address such as 'alerts@example.com'";
    public const string Source = "1 to 64 printable characters";

    /// <summary>What stands in a fault in place of what may be a secret.</summary>
    public const string NotRight = "not right";

    public static readonly DurationRange Interval = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), "a duration from 1 s to 1 min, such as '10 s'");
    public static readonly DurationRange GroupInterval = new(TimeSpan.Zero, TimeSpan.FromHours(1), "a duration from 0 s to 1 h, such as '30 s'");
    public static readonly DurationRange For = new(TimeSpan.Zero, TimeSpan.FromHours(24), "a duration from 0 s to 24 h, such as '5 min'");
    public static readonly DurationRange Timeout = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), "a duration from 1 s to 1 min, such as '10 s'");
    public static readonly DurationRange GiveUpAfter = new(TimeSpan.FromMinutes(1), TimeSpan.FromDays(7), "a duration from 1 min to 7 days, such as '6 h'");
    public static readonly NumberRange History = new(0, 10_000, "a whole number from 0 to 10_000");
    public static readonly NumberRange Outbox = new(8, 10_000, "a whole number from 8 to 10_000");
    public static readonly NumberRange MinimumCalls = new(1, 1_000_000, "a whole number from 1 to 1_000_000");
    public static readonly NumberRange Port = new(1, 65_535, "a port from 1 to 65535");
    public static readonly AmountRange Threshold = new(0, 1_000_000_000, "a number from 0 to 10^9 with at most six digits behind the point, in the rule's unit");
}
