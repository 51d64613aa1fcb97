namespace RateLimited.Http.Signals.Values;

/// <summary>Times in any of the formats that headers use.</summary>
internal static class Times
{
    private const long EpochSecondsFrom = 1_000_000_000;
    private const long EpochMillisecondsFrom = 1_000_000_000_000;
    private const long MaxEpochSeconds = 253_402_300_799;

    public static bool TryRead(ReadOnlySpan<char> text, ValueFormat format, out SignalTime time)
    {
        text = text.Trim();
        switch (format)
        {
            case ValueFormat.Seconds:
                return TryWait(text, TimeSpan.TicksPerSecond, out time);
            case ValueFormat.Milliseconds:
                return TryWait(text, TimeSpan.TicksPerMillisecond, out time);
            case ValueFormat.EpochSeconds:
                return TryEpoch(text, TimeSpan.TicksPerSecond, out time);
            case ValueFormat.EpochMilliseconds:
                return TryEpoch(text, TimeSpan.TicksPerMillisecond, out time);
            case ValueFormat.Date:
                return TryDate(text, out time);
            case ValueFormat.Duration:
                return TryDuration(text, out time) || (TryWait(text, TimeSpan.TicksPerSecond, out time) && Bare(ref time));
            default:
                return TryGuess(text, out time);
        }
    }

    private static bool TryGuess(ReadOnlySpan<char> text, out SignalTime time)
    {
        time = default;
        if (text.IsEmpty)
        {
            return false;
        }

        var isCount = Numbers.TryCount(text, out var number);
        if (!isCount && (!char.IsAsciiDigit(text[^1]) || !char.IsAsciiDigit(text[0]) || text.ContainsAny('-', ':')))
        {
            return TryDuration(text, out time) || TryDate(text, out time);
        }

        return isCount && number switch
        {
            > EpochMillisecondsFrom => TryEpoch(text, TimeSpan.TicksPerMillisecond, out time),
            > EpochSecondsFrom => TryEpoch(text, TimeSpan.TicksPerSecond, out time),
            _ => TryWait(text, TimeSpan.TicksPerSecond, out time),
        };
    }

    private static bool TryWait(ReadOnlySpan<char> text, long unit, out SignalTime time)
    {
        var read = Numbers.TryScaled(text, unit, roundUp: true, out var ticks);
        time = new SignalTime(ticks);
        return read;
    }

    private static bool TryEpoch(ReadOnlySpan<char> text, long unit, out SignalTime time)
    {
        var read = Numbers.TryScaled(text, unit, roundUp: true, out var ticks);
        time = new SignalTime(DateTime.UnixEpoch.Ticks + Math.Min(ticks, MaxEpochSeconds * TimeSpan.TicksPerSecond), IsAbsolute: true);
        return read;
    }

    private static bool TryDuration(ReadOnlySpan<char> text, out SignalTime time)
    {
        var read = Durations.TryTicks(text, out var ticks);
        time = new SignalTime(ticks);
        return read;
    }

    private static bool TryDate(ReadOnlySpan<char> text, out SignalTime time)
    {
        var read = Dates.TryTicks(text, out var ticks);
        time = new SignalTime(ticks, IsAbsolute: true);
        return read;
    }

    private static bool Bare(ref SignalTime time)
    {
        time = time with { IsBare = true };
        return true;
    }
}
