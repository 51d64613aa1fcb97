using RateLimited.Http.Signals.Values;

namespace RateLimited.Http.Signals;

/// <summary>What a response says of one limit. Every figure can be missing; of several, the most restrictive is kept.</summary>
internal struct LimitHint
{
    /// <summary>The longest window that is taken for one which nobody else has.</summary>
    private const long LongestOdd = TimeSpan.TicksPerHour;

    private Said _said;
    private long _limit;
    private long _remaining;
    private long _used;
    private long _refill;
    private long _resetAt;
    private TimeSpan _resetAfter;
    private TimeSpan _window;
    private TimeSpan _refillInterval;
    private string? _unit;

    [Flags]
    private enum Said
    {
        Nothing = 0,
        Limit = 1,
        Remaining = 2,
        Used = 4,
        ResetAt = 8,
        ResetAfter = 16,
        Window = 32,
        Refill = 64,
        LimitDerived = 128,
        UntilFull = 256,
        Policy = 512,
        Bare = 1024,
        RefillInterval = 2048,
        Exact = 4096,
        Return = 8192,
    }

    /// <summary>The limit's name as the upstream or the dialect gives it; with <see cref="Window"/> it tells limits apart.</summary>
    public SignalText Name { get; set; }

    public string Unit
    {
        readonly get => _unit ?? UnitCost.Requests;
        set => _unit = value;
    }

    /// <summary>The upstream's own name of what it counts separately by (the drafts' <c>pk</c>), in base64.</summary>
    public SignalText PartitionKey { get; set; }

    public readonly long? Limit => Has(Said.Limit) ? _limit : null;

    public readonly long? Remaining => Has(Said.Remaining) ? _remaining : null;

    public readonly long? Used => Has(Said.Used) ? _used : null;

    /// <summary>How much is added every <see cref="RefillInterval"/>, where the upstream describes a bucket.</summary>
    public readonly long? Refill => Has(Said.Refill) ? _refill : null;

    public readonly TimeSpan? RefillInterval => Has(Said.RefillInterval) ? _refillInterval : null;

    public readonly TimeSpan? Window => Has(Said.Window) ? _window : null;

    /// <summary>When the limit resets, counted from now and within the bounds.</summary>
    public readonly TimeSpan? ResetAfter => Has(Said.ResetAfter) ? _resetAfter : null;

    /// <summary>By how much <see cref="ResetAfter"/> may be off, either way: a date is cut to its second, and so is the date of the response from which it is counted.</summary>
    internal readonly TimeSpan ResetPrecision => HasAbsoluteReset ? TimeSpan.FromSeconds(1) : TimeSpan.Zero;

    /// <summary>When the limit resets, where that is longer from now than anything is waited for. It tells when a quota returns that is used up.</summary>
    public readonly TimeSpan? ReturnsAfter => Has(Said.Return) ? _resetAfter : null;

    /// <summary>The reset instant by the upstream's clock, exactly as written: it identifies the window, and nothing may wait for it.</summary>
    public readonly DateTimeOffset? ResetAt => Has(Said.ResetAt) ? new DateTimeOffset(_resetAt, TimeSpan.Zero) : null;

    /// <summary>The limit was not sent: it is what was used and what remains.</summary>
    public readonly bool LimitIsDerived => Has(Said.LimitDerived);

    /// <summary>The reset is when the bucket is full again, long after the next request may go.</summary>
    public readonly bool ResetsToFull => Has(Said.UntilFull);

    /// <summary>One of several policies that a list announces beside the limit that is closest to exhaustion.</summary>
    public readonly bool IsPolicy => Has(Said.Policy);

    public readonly bool IsExhausted => Has(Said.Remaining) && _remaining == 0;

    /// <summary>
    /// Nothing is left of a window that is longer than anything is waited for, and nobody says when it ends. A bucket gets something back all the time.
    /// </summary>
    internal readonly bool IsUsedUpForLong(TimeSpan longest) => IsExhausted && Window > longest && (_said & (Said.ResetAfter | Said.Return | Said.UntilFull | Said.Refill)) == Said.Nothing;

    internal readonly bool SaysAnything => (_said & (Said.Limit | Said.Remaining | Said.Used)) != Said.Nothing;

    internal readonly bool HasAbsoluteReset => Has(Said.ResetAt) && !Has(Said.Exact);

    /// <summary>How long until a cost fits, as far as the figures tell.</summary>
    public readonly TimeSpan? WaitFor(long cost)
    {
        if (Has(Said.Remaining) && _remaining >= cost)
        {
            return TimeSpan.Zero;
        }

        if (Has(Said.Remaining) && Has(Said.Refill) && Has(Said.RefillInterval) && _refill > 0)
        {
            var intervals = (((Int128)cost - _remaining) + _refill - 1) / _refill;
            return new TimeSpan((long)Int128.Min(TimeSpan.MaxValue.Ticks, intervals * _refillInterval.Ticks));
        }

        var window = Window ?? (Has(Said.UntilFull) ? ImpliedWindow() : null);
        if (!Has(Said.UntilFull) || window is not { } refilled || !Has(Said.Remaining) || _limit <= 0)
        {
            return ResetAfter;
        }

        var ticks = (long)Int128.Min(TimeSpan.MaxValue.Ticks, (((Int128)(cost - _remaining) * refilled.Ticks) + _limit - 1) / _limit);
        return new TimeSpan(Has(Said.ResetAfter) ? Math.Min(ticks, _resetAfter.Ticks) : ticks);
    }

    /// <summary>
    /// The window that a refilling bucket's time to full implies. Upstreams send a day's and a minute's limit under the same names: what was used came back in part already, so that a
    /// time to full of r after u of l used means a window in [r·l/u, r·l/(u−1)). Where none of the usual ones lies there, it is the whole number of seconds that does, if only one does. Dates say
    /// too little as long as r is no more than a few of their seconds, or than the response was on its way: it is counted from when that was sent, and what remained from when its request came.
    /// </summary>
    /// <param name="age">How long ago what is said may have been counted.</param>
    public readonly TimeSpan? ImpliedWindow(TimeSpan age = default)
    {
        const Said Needed = Said.Limit | Said.Remaining | Said.ResetAfter | Said.UntilFull;
        var used = _limit - _remaining;
        if ((_said & Needed) != Needed || used <= 0 || _resetAfter <= TimeSpan.Zero)
        {
            return null;
        }

        var (early, late) = HasAbsoluteReset ? (ResetPrecision.Ticks, ResetPrecision.Ticks + age.Ticks) : (0, TimeSpan.TicksPerMillisecond);
        var shortest = (Int128)Math.Max(_resetAfter.Ticks - early, 0) * _limit / used;
        var longest = used == 1 ? shortest * 2 : ((Int128)_resetAfter.Ticks + late) * _limit / (used - 1);
        if (HasAbsoluteReset && (used == 1 || longest > 2 * shortest))
        {
            return null;
        }

        foreach (var window in (ReadOnlySpan<long>)[TimeSpan.TicksPerSecond, TimeSpan.TicksPerMinute, TimeSpan.TicksPerHour, TimeSpan.TicksPerDay])
        {
            if (window >= shortest - (shortest / 50) && window <= longest)
            {
                return new TimeSpan(window);
            }
        }

        var seconds = (shortest + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond;
        return seconds <= longest && seconds + TimeSpan.TicksPerSecond > longest && seconds <= LongestOdd ? new TimeSpan((long)seconds) : null;
    }

    internal void SayLimit(long value) => SayLeast(Said.Limit, ref _limit, value);

    internal void SayRemaining(long value) => SayLeast(Said.Remaining, ref _remaining, value);

    internal void SayUsed(long value)
    {
        _used = Has(Said.Used) ? Math.Max(_used, value) : value;
        _said |= Said.Used;
    }

    internal void SayRefill(long value) => SayLeast(Said.Refill, ref _refill, value);

    internal void SayRefillInterval(long ticks)
    {
        _refillInterval = new TimeSpan(Has(Said.RefillInterval) ? Math.Max(_refillInterval.Ticks, ticks) : ticks);
        _said |= Said.RefillInterval;
    }

    internal void SayWindow(long ticks)
    {
        if (ticks > 0)
        {
            _window = new TimeSpan(Has(Said.Window) ? Math.Max(_window.Ticks, ticks) : ticks);
            _said |= Said.Window;
        }
    }

    internal void SayPolicy() => _said |= Said.Policy;

    internal void SayUntilFull() => _said |= Said.UntilFull;

    /// <summary>A reset as written. <paramref name="exact"/>: the dialect has another header for the instant, and this one counts.</summary>
    internal void SayReset(SignalTime time, bool exact)
    {
        if (time.IsAbsolute)
        {
            _resetAt = Has(Said.ResetAt) ? Math.Max(_resetAt, time.Ticks) : time.Ticks;
            _said |= Said.ResetAt;
            return;
        }

        var replaces = exact && !Has(Said.Exact);
        if (exact || !Has(Said.Exact))
        {
            _resetAfter = new TimeSpan(Has(Said.ResetAfter) && !replaces ? Math.Max(_resetAfter.Ticks, time.Ticks) : time.Ticks);
            _said |= Said.ResetAfter | (exact ? Said.Exact : Said.Nothing) | (time.IsBare ? Said.Bare : Said.Nothing);
        }
    }

    /// <summary>Settles what follows from the figures together: the derived ones, the unit of a bare reset, its bounds.</summary>
    internal void Finish(long upstreamNow, SignalBounds bounds)
    {
        Derive();
        if (Has(Said.Bare))
        {
            // Azure writes milliseconds where OpenAI writes a duration with its unit; the renewal period beside them tells which. Without it no unit is sure, and no minute's window is longer.
            _resetAfter = Has(Said.Window)
                ? new TimeSpan(Math.Min(_resetAfter.Ticks / 1000, _window.Ticks))
                : new TimeSpan(Math.Min(_resetAfter.Ticks, TimeSpan.TicksPerMinute));
        }

        if (HasAbsoluteReset)
        {
            var fromNow = _resetAt - upstreamNow;
            _resetAfter = new TimeSpan(Has(Said.ResetAfter) ? Math.Max(_resetAfter.Ticks, fromNow) : fromNow);
            _said |= Said.ResetAfter;
        }

        if (Has(Said.ResetAfter))
        {
            if (bounds.IsPlausible(_resetAfter.Ticks))
            {
                _resetAfter = bounds.Bound(_resetAfter.Ticks, out _);
            }
            else
            {
                _said = (_said & ~Said.ResetAfter) | (bounds.IsReturn(_resetAfter.Ticks) ? Said.Return : Said.Nothing);
            }
        }
    }

    private void Derive()
    {
        if (Has(Said.Used) && Has(Said.Limit) && !Has(Said.Remaining))
        {
            SayRemaining(Math.Max(0, _limit - _used));
        }
        else if (Has(Said.Used) && Has(Said.Remaining) && !Has(Said.Limit))
        {
            SayLimit(long.MaxValue - _remaining < _used ? long.MaxValue : _remaining + _used);
            _said |= Said.LimitDerived;
        }
    }

    private readonly bool Has(Said what) => (_said & what) != Said.Nothing;

    private void SayLeast(Said what, ref long field, long value)
    {
        field = Has(what) ? Math.Min(field, value) : value;
        _said |= what;
    }
}
