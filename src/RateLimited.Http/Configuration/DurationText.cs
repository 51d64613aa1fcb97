using System.Buffers;
using System.Globalization;

namespace RateLimited.Http.Configuration;

/// <summary>
/// Durations as configuration writes them: <c>30 s</c>, <c>12 hours</c>, <c>minute</c>, or <c>00:00:30</c>. A bare number is none: <see cref="TimeSpan"/> would take it for days.
/// </summary>
internal static class DurationText
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789_");

    private static readonly (string Text, string? Plural, long Ticks)[] Units =
    [
        ("d", null, TimeSpan.TicksPerDay), ("day", "days", TimeSpan.TicksPerDay),
        ("h", null, TimeSpan.TicksPerHour), ("hour", "hours", TimeSpan.TicksPerHour),
        ("m", null, TimeSpan.TicksPerMinute), ("min", null, TimeSpan.TicksPerMinute), ("minute", "minutes", TimeSpan.TicksPerMinute),
        ("s", null, TimeSpan.TicksPerSecond), ("second", "seconds", TimeSpan.TicksPerSecond),
        ("ms", null, TimeSpan.TicksPerMillisecond),
    ];

    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan value)
    {
        text = text.Trim();
        if (text.Contains(':'))
        {
            return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out value);
        }

        value = default;
        var digits = text.IndexOfAnyExcept(Digits);
        if (digits < 0)
        {
            return false;
        }

        long count = 1;
        if ((digits > 0 && !NumberText.TryParse(text[..digits], out count)) || !TryUnit(text[digits..].TrimStart(), out var unit) || count > TimeSpan.MaxValue.Ticks / unit)
        {
            return false;
        }

        value = new TimeSpan(count * unit);
        return true;
    }

    /// <summary>The shortest text that reads back as the same duration: <c>minute</c>, <c>2s</c>, <c>12h</c>.</summary>
    public static string Format(TimeSpan value)
    {
        if (value <= TimeSpan.Zero)
        {
            return value.ToString("c", CultureInfo.InvariantCulture);
        }

        foreach (var (text, plural, ticks) in Units)
        {
            if (plural is not null && value.Ticks == ticks)
            {
                return text;
            }
        }

        foreach (var (text, plural, ticks) in Units)
        {
            if (plural is null && value.Ticks % ticks == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / ticks}{text}");
            }
        }

        return value.ToString("c", CultureInfo.InvariantCulture);
    }

    private static bool TryUnit(ReadOnlySpan<char> word, out long unit)
    {
        foreach (var (text, plural, ticks) in Units)
        {
            if (word.Equals(text, StringComparison.OrdinalIgnoreCase) || (plural is not null && word.Equals(plural, StringComparison.OrdinalIgnoreCase)))
            {
                unit = ticks;
                return true;
            }
        }

        unit = 0;
        return false;
    }
}
