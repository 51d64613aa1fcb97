using System.Globalization;
using System.Text;

namespace RateLimited.Http.Testing.Dialects;

/// <summary>How providers write values. What is rounded is rounded as they do it: waits up, so that who waits as long as written is not early, unless a provider was recorded cutting.</summary>
internal static class Written
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public static string Whole(long value) => value.ToString(Invariant);

    /// <summary><c>599.0</c>, as Reddit writes what remains.</summary>
    public static string Tenths(long value) => value.ToString(Invariant) + ".0";

    /// <summary>Whole seconds, rounded up.</summary>
    public static string Seconds(TimeSpan wait) => Whole(CeilingOf(wait, TimeSpan.TicksPerSecond));

    /// <summary>Whole milliseconds, rounded up.</summary>
    public static string Milliseconds(TimeSpan wait) => Whole(CeilingOf(wait, TimeSpan.TicksPerMillisecond));

    /// <summary>Milliseconds, to the nearest, as Azure writes resets.</summary>
    public static string NearestMilliseconds(TimeSpan wait) => Whole((long)Math.Round(wait.TotalMilliseconds));

    /// <summary><c>2.0</c>, as Shopify writes <c>Retry-After</c>: whole seconds with a fraction of nothing.</summary>
    public static string FloatSeconds(TimeSpan wait) => Seconds(wait) + ".0";

    /// <summary><c>64.57</c>: seconds with what is needed of three decimals, rounded up.</summary>
    public static string DecimalSeconds(TimeSpan wait) => (CeilingOf(wait, TimeSpan.TicksPerMillisecond) / 1000m).ToString("0.###", Invariant);

    /// <summary>Seconds since 1970, rounded up.</summary>
    public static string EpochSeconds(DateTimeOffset instant) => Seconds(instant - DateTimeOffset.UnixEpoch);

    /// <summary>Milliseconds since 1970, rounded up.</summary>
    public static string EpochMilliseconds(DateTimeOffset instant) => Milliseconds(instant - DateTimeOffset.UnixEpoch);

    /// <summary><c>1470173023.123</c>, as Discord writes resets.</summary>
    public static string EpochDecimal(DateTimeOffset instant) => DecimalSeconds(instant - DateTimeOffset.UnixEpoch);

    /// <summary><c>2025-06-02T15:15:48Z</c>, cut to the second, as Anthropic writes resets.</summary>
    public static string Rfc3339(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", Invariant);

    /// <summary><c>2026-03-31T13:13Z</c>, rounded up to the minute, as Jira writes resets.</summary>
    public static string IsoMinute(DateTimeOffset instant) =>
        new DateTime(CeilingOf(new TimeSpan(instant.UtcTicks), TimeSpan.TicksPerMinute) * TimeSpan.TicksPerMinute, DateTimeKind.Utc).ToString("yyyy-MM-dd'T'HH:mm'Z'", Invariant);

    /// <summary><c>Mon, 05 Aug 2019 09:27:05 GMT</c>, cut to the second, as servers write <c>Date</c>.</summary>
    public static string Date(DateTimeOffset instant) => instant.UtcDateTime.ToString("R", Invariant);

    /// <summary><c>Mon, 05 Aug 2019 09:27:05 GMT</c>, rounded up to the second.</summary>
    public static string HttpDate(DateTimeOffset instant) => CeilingOfSecond(instant).ToString("R", Invariant);

    /// <summary><c>Sat, 07 May 2022 13:20:51 UTC</c>, as X writes <c>Date</c>.</summary>
    public static string UtcDate(DateTimeOffset instant) => instant.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss 'UTC'", Invariant);

    /// <summary><c>Tue Feb 16 2021 08:02:42 GMT+0000 (Coordinated Universal Time)</c>, as JavaScript prints a date; rounded up to the second.</summary>
    public static string JavaScriptDate(DateTimeOffset instant) => CeilingOfSecond(instant).ToString("ddd MMM dd yyyy HH:mm:ss 'GMT+0000 (Coordinated Universal Time)'", Invariant);

    /// <summary><c>1m53.425s</c>, as Go prints a duration, cut to the millisecond as OpenAI does: <c>0s</c>, <c>6ms</c>, <c>8.64s</c>, <c>1h0m0s</c>.</summary>
    public static string GoDuration(TimeSpan wait)
    {
        var milliseconds = wait.Ticks / TimeSpan.TicksPerMillisecond;
        if (milliseconds is > 0 and < 1000)
        {
            return Whole(milliseconds) + "ms";
        }

        var text = new StringBuilder();
        var (hours, minutes) = (milliseconds / 3_600_000, milliseconds / 60_000 % 60);
        if (hours > 0)
        {
            text.Append(Invariant, $"{hours}h");
        }

        if (hours > 0 || minutes > 0)
        {
            text.Append(Invariant, $"{minutes}m");
        }

        return text.Append(Invariant, $"{milliseconds % 60_000 / 1000m:0.###}s").ToString();
    }

    private static long CeilingOf(TimeSpan time, long unit) => (time.Ticks / unit) + (time.Ticks % unit > 0 ? 1 : 0);

    private static DateTime CeilingOfSecond(DateTimeOffset instant) => new(CeilingOf(new TimeSpan(instant.UtcTicks), TimeSpan.TicksPerSecond) * TimeSpan.TicksPerSecond, DateTimeKind.Utc);
}
