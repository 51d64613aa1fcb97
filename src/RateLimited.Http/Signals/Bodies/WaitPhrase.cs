using System.Buffers;
using RateLimited.Http.Signals.Values;

namespace RateLimited.Http.Signals.Bodies;

/// <summary>
/// Waits in the sentences of messages, for upstreams that tell them nowhere else: <c>Take a break for 3 minutes before trying again</c>, <c>Please try again in 1m20.5s</c>. A wait alone
/// makes no response a refusal; it only says how long one is.
/// </summary>
internal static class WaitPhrase
{
    private static readonly string[] Openings = ["try again in ", "break for ", "retry in ", "retry after ", "wait "];

    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("0123456789.");

    private static readonly (string Word, long Ticks)[] Units =
    [
        ("milliseconds", TimeSpan.TicksPerMillisecond), ("millisecond", TimeSpan.TicksPerMillisecond), ("ms", TimeSpan.TicksPerMillisecond),
        ("seconds", TimeSpan.TicksPerSecond), ("second", TimeSpan.TicksPerSecond), ("secs", TimeSpan.TicksPerSecond), ("sec", TimeSpan.TicksPerSecond), ("s", TimeSpan.TicksPerSecond),
        ("minutes", TimeSpan.TicksPerMinute), ("minute", TimeSpan.TicksPerMinute), ("mins", TimeSpan.TicksPerMinute), ("min", TimeSpan.TicksPerMinute), ("m", TimeSpan.TicksPerMinute),
        ("hours", TimeSpan.TicksPerHour), ("hour", TimeSpan.TicksPerHour), ("h", TimeSpan.TicksPerHour),
        ("days", TimeSpan.TicksPerDay), ("day", TimeSpan.TicksPerDay), ("d", TimeSpan.TicksPerDay),
    ];

    /// <summary>The first wait in a sentence, rounded up.</summary>
    public static bool TryFind(ReadOnlySpan<char> text, out long ticks)
    {
        foreach (var opening in Openings)
        {
            var at = text.IndexOf(opening, StringComparison.OrdinalIgnoreCase);
            if (at >= 0 && TryRead(text[(at + opening.Length)..], out ticks))
            {
                return true;
            }
        }

        ticks = 0;
        return false;
    }

    /// <summary>Numbers with units, one after the other: <c>1 minute and 30 seconds</c>, <c>1m30s</c>. A number without a unit is none.</summary>
    private static bool TryRead(ReadOnlySpan<char> text, out long ticks)
    {
        Int128 total = 0;
        while (TryPart(ref text, out var part))
        {
            total += part;
        }

        ticks = (long)Int128.Min(total, long.MaxValue);
        return ticks > 0;
    }

    private static bool TryPart(ref ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        var rest = text.TrimStart(' ');
        rest = rest.StartsWith("and ") ? rest[4..] : rest;
        var number = rest.IndexOfAnyExcept(OfNumbers);
        if (number <= 0 || !char.IsAsciiDigit(rest[0]) || !char.IsAsciiDigit(rest[number - 1]) || rest[..number].Count('.') > 1)
        {
            return false;
        }

        var word = rest[number..].TrimStart(' ');
        foreach (var (unit, length) in Units)
        {
            if (word.StartsWith(unit, StringComparison.OrdinalIgnoreCase) && (word.Length == unit.Length || !char.IsAsciiLetter(word[unit.Length])))
            {
                Numbers.ReadScaled(rest[..number], length, roundUp: true, out ticks);
                text = word[unit.Length..];
                return true;
            }
        }

        return false;
    }
}
