using RateLimited.Http.Configuration;

namespace RateLimited.Http.Caching.Configuration;

/// <summary>The range of every option.</summary>
internal static class CacheBounds
{
    public const int MaxIgnoredHeaders = 64;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    public static readonly DurationRange Lifetime = new(TimeSpan.FromSeconds(1), Longest, "a duration from 1 s to 31 days, such as '5 min' or '00:05:00'");
    public static readonly DurationRange Stale = new(TimeSpan.Zero, Longest, "a duration from 0 s to 31 days, such as '1 h' or '01:00:00'");
    public static readonly DurationRange Collapse = new(TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10), "a duration from 10 ms to 10 min, such as '5 s' or '00:00:05'");
    public static readonly NumberRange MaxBody = new(1024, 64L << 20, "a whole number from 1024 to 67108864 as the bytes of a body");
    public static readonly NumberRange MaxBytes = new(64L << 10, 4L << 30, "a whole number from 65536 to 4294967296 as the bytes of all answers");
    public static readonly NumberRange MaxEntries = new(1, 1_000_000, "a whole number from 1 to 1000000 as the answers that are kept");
}
