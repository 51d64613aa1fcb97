namespace RateLimited.Http.Signals.Values;

/// <summary>What a header's name says of its limit: <c>tokens-minute</c> is tokens in a minute, <c>req-10-second</c> requests in ten seconds, <c>24hour</c> requests in a day.</summary>
/// <param name="Unit">The unit; requests where the name has none.</param>
/// <param name="Window">The window in ticks, 0 where the name has none.</param>
internal readonly record struct NameParts(string Unit, long Window)
{
    private static readonly string[] KnownUnits =
        [UnitCost.Requests, "tokens", "input-tokens", "output-tokens", "input-images", "output-images", "images", "units", "points", "connections", "characters", "audio-seconds"];

    private static readonly (string Word, long Ticks)[] Words =
    [
        ("second", TimeSpan.TicksPerSecond), ("seconds", TimeSpan.TicksPerSecond), ("secondly", TimeSpan.TicksPerSecond), ("sec", TimeSpan.TicksPerSecond), ("s", TimeSpan.TicksPerSecond),
        ("minute", TimeSpan.TicksPerMinute), ("minutes", TimeSpan.TicksPerMinute), ("min", TimeSpan.TicksPerMinute), ("m", TimeSpan.TicksPerMinute),
        ("hour", TimeSpan.TicksPerHour), ("hours", TimeSpan.TicksPerHour), ("hourly", TimeSpan.TicksPerHour), ("h", TimeSpan.TicksPerHour),
        ("day", TimeSpan.TicksPerDay), ("days", TimeSpan.TicksPerDay), ("daily", TimeSpan.TicksPerDay), ("d", TimeSpan.TicksPerDay),
        ("week", 7 * TimeSpan.TicksPerDay), ("month", 31 * TimeSpan.TicksPerDay), ("monthly", 31 * TimeSpan.TicksPerDay), ("year", 366 * TimeSpan.TicksPerDay),
    ];

    public static NameParts Of(ReadOnlySpan<char> name)
    {
        var last = LastWord(name, out var before);
        var digits = last.IndexOfAnyExceptInRange('0', '9');
        if (digits < 0 || !TryWord(last[digits..], out var window) || (digits == 0 && last.Length == 1) || IsKnown(name))
        {
            return new NameParts(UnitOf(name), 0);
        }

        long count = 1;
        if (digits > 0)
        {
            _ = Numbers.TryCount(last[..digits], out count);
        }
        else if (Numbers.TryCount(LastWord(before, out var beforeNumber), out var number))
        {
            count = number;
            before = beforeNumber;
        }

        return new NameParts(UnitOf(before), count is > 0 and < 1_000_000 ? count * window : 0);
    }

    private static ReadOnlySpan<char> LastWord(ReadOnlySpan<char> name, out ReadOnlySpan<char> before)
    {
        var dash = name.LastIndexOf('-');
        before = dash < 0 ? [] : name[..dash];
        return name[(dash + 1)..];
    }

    /// <summary>Seconds can be what is counted: <c>audio-seconds</c> are no window.</summary>
    private static bool IsKnown(ReadOnlySpan<char> name)
    {
        foreach (var unit in KnownUnits)
        {
            if (name.Equals(unit, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryWord(ReadOnlySpan<char> word, out long ticks)
    {
        foreach (var (text, value) in Words)
        {
            if (word.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                ticks = value;
                return true;
            }
        }

        ticks = 0;
        return false;
    }

    private static string UnitOf(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || name.Equals("req", StringComparison.OrdinalIgnoreCase) || name.Equals("request", StringComparison.OrdinalIgnoreCase))
        {
            return UnitCost.Requests;
        }

        foreach (var unit in KnownUnits)
        {
            if (name.Equals(unit, StringComparison.OrdinalIgnoreCase))
            {
                return unit;
            }
        }

        return name[..Math.Min(name.Length, SignalText.MaxLength)].ToString().ToLowerInvariant();
    }
}
