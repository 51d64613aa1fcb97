using System.Buffers;

namespace RateLimited.Http.Signals.Values;

/// <summary>Durations with their units, as Go and protobuf write them: <c>1m53.425s</c>, <c>26ms</c>, <c>34s</c>. Rounded up: what is waited too long is lost, what is waited too short is a 429.</summary>
internal static class Durations
{
    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("0123456789.");

    /// <summary>What has no more digits before a unit cannot leave the range with it.</summary>
    private const int FewDigits = 6;

    public static bool TryTicks(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        return !text.IsEmpty && (TryWhole(text, out ticks) || TryAny(text, out ticks));
    }

    /// <summary>Whole numbers of a few digits, as nearly all are: then 64 bits are enough, and the rest of this costs several times as much.</summary>
    private static bool TryWhole(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        while (!text.IsEmpty)
        {
            var (number, digits) = (0L, 0);
            while (digits < text.Length && digits <= FewDigits && char.IsAsciiDigit(text[digits]))
            {
                number = (number * 10) + (text[digits++] - '0');
            }

            if (digits is 0 or > FewDigits || digits == text.Length || UnitAt(text[digits..], out var length, out var divisor) is not (> 0 and var unit) || ticks > long.MaxValue / 2)
            {
                return false;
            }

            ticks += divisor == 1 ? number * unit : ((number * unit) + divisor - 1) / divisor;
            text = text[(digits + length)..];
        }

        return true;
    }

    private static bool TryAny(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        UInt128 total = 0;
        while (!text.IsEmpty)
        {
            var unit = UnitAfterNumber(text, out var unitLength, out var divisor);
            if (unit == 0)
            {
                return false;
            }

            var read = Numbers.ReadScaled(text, unit, roundUp: true, out var part);
            total += ((ulong)part + (ulong)divisor - 1) / (ulong)divisor;
            text = text[(read + unitLength)..];
        }

        ticks = total > long.MaxValue ? long.MaxValue : (long)total;
        return true;
    }

    private static long UnitAfterNumber(ReadOnlySpan<char> text, out int length, out long divisor)
    {
        divisor = 1;
        length = 1;
        var number = text.IndexOfAnyExcept(OfNumbers);
        if (number <= 0 || text[0] == '.' || text[number - 1] == '.' || text[..number].Count('.') > 1)
        {
            return 0;
        }

        return UnitAt(text[number..], out length, out divisor);
    }

    /// <summary>The unit that a text begins with, in ticks times the divisor; zero for none.</summary>
    private static long UnitAt(ReadOnlySpan<char> rest, out int length, out long divisor)
    {
        divisor = 1;
        length = rest.Length > 1 && rest[1] == 's' ? 2 : 1;
        if (length == 2)
        {
            divisor = rest[0] == 'n' ? 100 : 1;
            return rest[0] switch
            {
                'm' => TimeSpan.TicksPerMillisecond,
                'u' or 'µ' or 'μ' => TimeSpan.TicksPerMicrosecond,
                'n' => 1,
                _ => 0,
            };
        }

        return rest[0] switch
        {
            's' => TimeSpan.TicksPerSecond,
            'm' => TimeSpan.TicksPerMinute,
            'h' => TimeSpan.TicksPerHour,
            'd' => TimeSpan.TicksPerDay,
            _ => 0,
        };
    }
}
