using System.Buffers;
using System.Text;

namespace RateLimited.Http.Configuration;

/// <summary>What can be wrong with one limit by itself.</summary>
internal static class LimitFaults
{
    public const string Unit = "a unit of at most 64 letters, digits, '.', '_' and '-' that begins with a letter";
    public const string NameRange = "a name of 1 to 64 printable characters";
    public const string Zone = "the IANA name of a time zone, such as 'America/Los_Angeles'";

    private static readonly SearchValues<char> UnitCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    private static readonly SearchValues<char> ZoneCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+/");

    /// <summary>What would be right in place of the first fault, or null.</summary>
    public static string? First(LimitOptions limit)
    {
        foreach (var (_, _, right) in Of(limit))
        {
            return right;
        }

        return null;
    }

    /// <summary>The key, the value and what would be right, for every fault.</summary>
    public static IEnumerable<(string Key, string Value, string Right)> Of(LimitOptions limit)
    {
        if (limit.Name is { } name && !IsName(name))
        {
            yield return (nameof(limit.Name), Fault.Quote(name), NameRange);
        }

        if (QuotaFault(limit) is { } quota)
        {
            yield return (nameof(limit.Quota), limit.Quota == 0 ? Fault.Missing : Fault.Quote(limit.Quota), quota);
        }

        if (!IsUnit(limit.Unit))
        {
            yield return (nameof(limit.Unit), Fault.Quote(limit.Unit), Unit);
        }

        if (!Enum.IsDefined(limit.Algorithm))
        {
            yield return (nameof(limit.Algorithm), Fault.Quote((long)limit.Algorithm), EnumText.Names<LimitAlgorithm>());
        }

        if (!Enum.IsDefined(limit.Partition))
        {
            yield return (nameof(limit.Partition), Fault.Quote((long)limit.Partition), EnumText.Names<PartitionBy>());
        }

        if (!Enum.IsDefined(limit.Anchor))
        {
            yield return (nameof(limit.Anchor), Fault.Quote((long)limit.Anchor), EnumText.Names<WindowAnchor>());
        }

        if (WindowFault(limit) is { } window)
        {
            yield return (nameof(limit.Window), Fault.Quote(limit.Window), window);
        }

        if (BurstFault(limit) is { } burst)
        {
            yield return (nameof(limit.Burst), Fault.Quote(limit.Burst.GetValueOrDefault()), burst);
        }

        if (PaceFault(limit) is { } pace)
        {
            yield return (nameof(limit.Pace), Enum.IsDefined(limit.Pace) ? Fault.Quote(limit.Pace.ToString()) : Fault.Quote((long)limit.Pace), pace);
        }

        if (limit.Initial is { } initial && LearnedFault(limit, initial, mayRate: true) is { } initially)
        {
            yield return (nameof(limit.Initial), Fault.Quote(initial), initially);
        }

        if (limit.Minimum is { } minimum && LearnedFault(limit, minimum, mayRate: false) is { } least)
        {
            yield return (nameof(limit.Minimum), Fault.Quote(minimum), least);
        }

        if (limit.Anchor != WindowAnchor.Clock && limit.Algorithm != LimitAlgorithm.FixedWindow && Enum.IsDefined(limit.Anchor))
        {
            yield return (nameof(limit.Anchor), Fault.Quote(limit.Anchor.ToString()), "no anchor, or the algorithm FixedWindow");
        }

        if (limit.TimeZone is { } zone && ZoneFault(limit, zone) is { } right)
        {
            yield return (nameof(limit.TimeZone), Fault.Quote(zone), right);
        }
    }

    public static bool IsUnit(string? unit) =>
        unit is { Length: > 0 and <= OptionBounds.MaxNameLength } && char.IsAsciiLetter(unit[0]) && !unit.AsSpan().ContainsAnyExcept(UnitCharacters);

    /// <summary>Whether a name can stand in a log line and a metric's tag as it is.</summary>
    public static bool IsName(string? name) => IsPrintable(name, OptionBounds.MaxNameLength);

    /// <summary>Longer than other names: a typed client's is that of its type, arguments and all.</summary>
    public static bool IsServiceName(string? name) => IsPrintable(name, OptionBounds.MaxServiceNameLength);

    private static bool IsPrintable(string? name, int maxLength)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > maxLength)
        {
            return false;
        }

        foreach (var rune in name.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar)
            {
                return false;
            }
        }

        return true;
    }

    public static bool TryZone(string id, out TimeZoneInfo? zone)
    {
        zone = null;
        // The name becomes part of a file's path below the framework.
        return id is { Length: > 0 and <= OptionBounds.MaxNameLength } && char.IsAsciiLetter(id[0]) && !id.AsSpan().ContainsAnyExcept(ZoneCharacters)
            && TimeZoneInfo.TryFindSystemTimeZoneById(id, out zone);
    }

    private static string? QuotaFault(LimitOptions limit) => limit.Algorithm switch
    {
        LimitAlgorithm.AdaptiveThrottle => limit.Quota == 0 ? null : "no quota, which an adaptive throttle has not, or another algorithm",
        _ when limit.IsAdaptive && limit.Quota == 0 => null,
        _ => OptionBounds.Quota.Contains(limit.Quota) ? null : OptionBounds.Quota.Right,
    };

    private static string? WindowFault(LimitOptions limit)
    {
        if (limit.Algorithm is LimitAlgorithm.Concurrency or LimitAlgorithm.AdaptiveConcurrency)
        {
            return limit.Window is null ? null : "no window, which a concurrency limit has not, or another algorithm";
        }

        if (limit.Algorithm == LimitAlgorithm.AdaptiveThrottle)
        {
            return limit.Window is null ? null : "no window, which an adaptive throttle has not, or another algorithm";
        }

        if (limit.IsAdaptive && limit.Quota == 0)
        {
            return limit.Window is null ? null : "no window, or a quota";
        }

        return limit.Window is { } window && OptionBounds.Window.Contains(window) ? null : OptionBounds.Window.Right;
    }

    private static string? BurstFault(LimitOptions limit) => limit.Burst switch
    {
        null => null,
        _ when IsPaceable(limit) && limit.Pace is QuotaPace.Even or QuotaPace.Profile => OptionBounds.Slack.Contains(limit.Burst.Value) && limit.Burst <= limit.Quota ? null : OptionBounds.Slack.Right,
        _ when limit.Algorithm != LimitAlgorithm.TokenBucket => "no burst, or the algorithm TokenBucket",
        < 1 or > OptionBounds.MaxAmount => OptionBounds.Burst.Right,
        _ => null,
    };

    /// <summary>A shorter window gives its quota back soon enough, and what is learned or flows back has a pace of its own.</summary>
    private static string? PaceFault(LimitOptions limit) =>
        !Enum.IsDefined(limit.Pace) ? EnumText.Names<QuotaPace>()
        : limit is { Pace: QuotaPace.Profile, Algorithm: LimitAlgorithm.SlidingWindow } ? "None or Even, or a FixedWindow, which has a begin"
        : limit.Pace == QuotaPace.None || (IsPaceable(limit) && (limit.Window is not { } window || OptionBounds.PacedWindow.Contains(window) || !OptionBounds.Window.Contains(window))) ? null
        : OptionBounds.PacedWindow.Right;

    private static bool IsPaceable(LimitOptions limit) => limit.Algorithm is LimitAlgorithm.FixedWindow or LimitAlgorithm.SlidingWindow;

    /// <summary>What is wrong with a bound on what is learned.</summary>
    private static string? LearnedFault(LimitOptions limit, long value, bool mayRate)
    {
        if (limit.Algorithm != LimitAlgorithm.AdaptiveConcurrency && !(mayRate && limit.Algorithm == LimitAlgorithm.AdaptiveRate))
        {
            return mayRate ? "nothing, or the algorithm AdaptiveRate or AdaptiveConcurrency" : "nothing, or the algorithm AdaptiveConcurrency";
        }

        return OptionBounds.Learned.Contains(value) && (limit.Quota == 0 || value <= limit.Quota) ? null : OptionBounds.Learned.Right;
    }

    private static string? ZoneFault(LimitOptions limit, string zone)
    {
        if (limit.Algorithm != LimitAlgorithm.FixedWindow || limit.Anchor != WindowAnchor.Clock)
        {
            return "no time zone, or a FixedWindow anchored to the Clock";
        }

        if (limit.Window is { } window && window.Ticks % TimeSpan.TicksPerDay != 0)
        {
            return "no time zone, or a window of whole days";
        }

        return TryZone(zone, out _) ? null : Zone;
    }
}
