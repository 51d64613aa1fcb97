namespace RateLimited.Http.Signals.Values;

/// <summary>
/// Dates as upstreams write them: HTTP's three forms (also with <c>UTC</c> for <c>GMT</c>), ISO 8601 to the minute or finer, and what JavaScript's <c>Date.toString()</c> gives. Read by hand: the
/// platform's parsers take much more, and some of it allocates.
/// </summary>
internal static class Dates
{
    private const string Months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    private const int LongestDate = 80;

    /// <summary>The instant in UTC ticks.</summary>
    public static bool TryTicks(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        text = text.Trim();
        if (text.Length is < 14 or > LongestDate)
        {
            return false;
        }

        return char.IsAsciiDigit(text[0]) ? TryIso(text, out ticks) : TryNamedDay(text, out ticks);
    }

    private static bool TryIso(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        var rest = text;
        if (!Take(ref rest, 4, out var year) || !TakeChar(ref rest, '-') || !Take(ref rest, 2, out var month) || !TakeChar(ref rest, '-') || !Take(ref rest, 2, out var day)
            || rest.IsEmpty || rest[0] is not ('T' or 't' or ' ') || !TakeTime(ref rest, skip: 1, out var time))
        {
            return false;
        }

        return TakeZone(ref rest, out var offset) && rest.IsEmpty && TryCompose(year, month, day, time - offset, out ticks);
    }

    private static bool TryNamedDay(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        var rest = text;
        while (!rest.IsEmpty && char.IsAsciiLetter(rest[0]))
        {
            rest = rest[1..];
        }

        rest = rest.TrimStart(", ");
        int day, month, year;
        long time;
        if (!rest.IsEmpty && char.IsAsciiDigit(rest[0]))
        {
            // "Tue, 31 Mar 2026 13:14:46 GMT", or RFC 850's "31-Mar-26".
            if (!TakeUpTo(ref rest, 2, out day) || !TakeAny(ref rest) || !TakeMonth(ref rest, out month) || !TakeAny(ref rest) || !TakeYear(ref rest, out year)
                || rest.IsEmpty || rest[0] != ' ' || !TakeTime(ref rest, skip: 1, out time))
            {
                return false;
            }
        }
        else
        {
            if (!TakeMonth(ref rest, out month))
            {
                return false;
            }

            rest = rest.TrimStart(' ');
            if (!TakeUpTo(ref rest, 2, out day) || !TakeChar(ref rest, ' '))
            {
                return false;
            }

            // JavaScript has the year before the time, C's asctime behind it.
            var yearFirst = rest.Length > 4 && rest[4] == ' ';
            year = 0;
            if ((yearFirst && (!Take(ref rest, 4, out year) || !TakeChar(ref rest, ' '))) || !TakeTime(ref rest, skip: 0, out time))
            {
                return false;
            }

            if (!yearFirst && (!TakeChar(ref rest, ' ') || !Take(ref rest, 4, out year)))
            {
                return false;
            }
        }

        return TakeZone(ref rest, out var offset) && TryCompose(year, month, day, time - offset, out ticks);
    }

    private static bool TryCompose(int year, int month, int day, long time, out long ticks)
    {
        ticks = 0;
        if (year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        ticks = Math.Clamp(new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc).Ticks + time, 0, DateTime.MaxValue.Ticks);
        return true;
    }

    private static bool TakeTime(ref ReadOnlySpan<char> rest, int skip, out long ticks)
    {
        ticks = 0;
        rest = rest[skip..];
        var second = 0;
        long fraction = 0;
        if (!Take(ref rest, 2, out var hour) || !TakeChar(ref rest, ':') || !Take(ref rest, 2, out var minute) || hour > 24 || minute > 59)
        {
            return false;
        }

        if (TakeChar(ref rest, ':'))
        {
            if (!Take(ref rest, 2, out second) || second > 60 || (TakeChar(ref rest, '.') && !TakeFraction(ref rest, out fraction)))
            {
                return false;
            }
        }

        ticks = (hour * TimeSpan.TicksPerHour) + (minute * TimeSpan.TicksPerMinute) + (second * TimeSpan.TicksPerSecond) + fraction;
        return true;
    }

    private static bool TakeFraction(ref ReadOnlySpan<char> rest, out long ticks)
    {
        ticks = 0;
        var unit = TimeSpan.TicksPerSecond;
        var digits = 0;
        for (; digits < rest.Length && char.IsAsciiDigit(rest[digits]); digits++)
        {
            unit /= 10;
            ticks += (rest[digits] - '0') * unit;
        }

        rest = rest[digits..];
        return digits > 0;
    }

    /// <summary>A zone, or none: times without one are UTC, as headers' are.</summary>
    private static bool TakeZone(ref ReadOnlySpan<char> rest, out long offset)
    {
        offset = 0;
        rest = rest.TrimStart(' ');
        if (rest.StartsWith("GMT") || rest.StartsWith("UTC"))
        {
            rest = rest[3..];
        }
        else if (!rest.IsEmpty && rest[0] is 'Z' or 'z')
        {
            rest = rest[1..];
        }

        if (!rest.IsEmpty && rest[0] is '+' or '-')
        {
            var sign = rest[0] == '-' ? -1 : 1;
            rest = rest[1..];
            var minutes = 0;
            if (!Take(ref rest, 2, out var hours) || hours > 14 || ((TakeChar(ref rest, ':') || !rest.IsEmpty) && !Take(ref rest, 2, out minutes)))
            {
                return false;
            }

            offset = sign * ((hours * TimeSpan.TicksPerHour) + (minutes * TimeSpan.TicksPerMinute));
        }

        if (rest.StartsWith(" (") && rest[^1] == ')')
        {
            rest = [];
        }

        return rest.IsEmpty;
    }

    private static bool TakeYear(ref ReadOnlySpan<char> rest, out int year)
    {
        if (Take(ref rest, 4, out year))
        {
            return true;
        }

        if (!Take(ref rest, 2, out year))
        {
            return false;
        }

        year += year < 70 ? 2000 : 1900;
        return true;
    }

    private static bool TakeMonth(ref ReadOnlySpan<char> rest, out int month)
    {
        month = 0;
        if (rest.Length < 3 || Months.AsSpan().IndexOf(rest[..3], StringComparison.OrdinalIgnoreCase) is not (>= 0 and var at) || at % 3 != 0)
        {
            return false;
        }

        month = (at / 3) + 1;
        rest = rest[3..];
        return true;
    }

    private static bool TakeUpTo(ref ReadOnlySpan<char> rest, int digits, out int value) =>
        Take(ref rest, digits, out value) || Take(ref rest, 1, out value);

    private static bool Take(ref ReadOnlySpan<char> rest, int digits, out int value)
    {
        value = 0;
        if (rest.Length < digits)
        {
            return false;
        }

        foreach (var c in rest[..digits])
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }

            value = (value * 10) + (c - '0');
        }

        rest = rest[digits..];
        return true;
    }

    private static bool TakeAny(ref ReadOnlySpan<char> rest)
    {
        if (rest.IsEmpty || rest[0] is not (' ' or '-'))
        {
            return false;
        }

        rest = rest[1..];
        return true;
    }

    private static bool TakeChar(ref ReadOnlySpan<char> rest, char expected)
    {
        if (rest.IsEmpty || rest[0] != expected)
        {
            return false;
        }

        rest = rest[1..];
        return true;
    }
}
