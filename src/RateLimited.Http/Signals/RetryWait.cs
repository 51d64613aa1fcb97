using RateLimited.Http.Signals.Values;

namespace RateLimited.Http.Signals;

/// <summary>
/// One of the Retry-After headers, in every form it is sent in: whole and fractional seconds, HTTP and ISO dates, durations, an epoch, several of these. Of several valid values the longest counts.
/// </summary>
internal struct RetryWait
{
    private long _wait;
    private long _instant;
    private bool _hasWait;

    public bool IsAbsolute { get; private set; }

    public void Read(ReadOnlySpan<char> value, ValueFormat format)
    {
        if (value.Length > SignalBounds.MaxHeaderLength)
        {
            return;
        }

        // An HTTP date has a comma in it: what reads as one value is one.
        if (Times.TryRead(value, format, out var time))
        {
            Add(time);
            return;
        }

        var elements = new Elements(value);
        var dayEnd = 0;
        while (elements.MoveNext())
        {
            var start = dayEnd > 0 ? dayEnd : elements.Start;
            var end = elements.Start + elements.Current.Length;
            dayEnd = 0;
            if (Times.TryRead(value[start..end], format, out time))
            {
                Add(time);
            }
            else if (elements.Current.Length is >= 3 and <= 9 && char.IsAsciiLetter(elements.Current[0]))
            {
                dayEnd = elements.Start;
            }
        }
    }

    /// <summary>The wait that several headers ask for: the longest, except that milliseconds are taken for what whole seconds had to round up.</summary>
    public static bool TryGet(long upstreamNow, RetryWait seconds, ReadOnlySpan<RetryWait> exact, out long wait)
    {
        long longest = 0;
        var isExact = false;
        foreach (var header in exact)
        {
            if (header.TryGet(upstreamNow, out var milliseconds))
            {
                longest = Math.Max(longest, milliseconds);
                isExact = true;
            }
        }

        if (!seconds.TryGet(upstreamNow, out wait))
        {
            wait = longest;
            return isExact;
        }

        wait = isExact && wait - longest < TimeSpan.TicksPerSecond ? longest : wait;
        return true;
    }

    private readonly bool TryGet(long upstreamNow, out long wait)
    {
        wait = _hasWait ? _wait : 0;
        if (IsAbsolute)
        {
            wait = Math.Max(wait, _instant - upstreamNow);
        }

        wait = Math.Max(wait, 0);
        return _hasWait || IsAbsolute;
    }

    private void Add(SignalTime time)
    {
        if (time.IsAbsolute)
        {
            _instant = Math.Max(_instant, time.Ticks);
            IsAbsolute = true;
        }
        else
        {
            _wait = _hasWait ? Math.Max(_wait, time.Ticks) : time.Ticks;
            _hasWait = true;
        }
    }
}
