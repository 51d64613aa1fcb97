namespace RateLimited.Http.Testing.Models;

/// <summary>At most the quota in each window. Around the end of one, twice the quota can pass within a moment: that is how such upstreams are.</summary>
/// <param name="quota">How much may be admitted in a window.</param>
/// <param name="window">How long windows are; where they begin at midnight, days are as long as they are there.</param>
/// <param name="alignment">Where windows begin; null for <see cref="WindowAlignment.Clock"/>.</param>
public sealed class FixedWindowModel(long quota, TimeSpan window, WindowAlignment? alignment = null) : LimitModel(quota)
{
    private readonly TimeSpan _window = Checked(window);
    private readonly WindowAlignment _alignment = alignment ?? WindowAlignment.Clock;
    private readonly List<Span> _windows = [];
    private readonly List<Span> _windowOfCharge = [];
    private bool _wasSetBack;

    private bool BeginsWithUse => ReferenceEquals(_alignment, WindowAlignment.FirstUse);

    /// <inheritdoc/>
    public override bool Fits(ArrivalTime now, long amount) => amount <= Quota - (Current(now)?.Counted ?? 0);

    /// <inheritdoc/>
    public override TimeSpan WaitFor(ArrivalTime now, long amount) => Fits(now, amount) ? TimeSpan.Zero : amount > Quota ? _window : UntilEnd(now);

    /// <inheritdoc/>
    public override LimitReading Read(ArrivalTime now)
    {
        var current = Current(now);
        return new LimitReading(Quota, Quota - (current?.Counted ?? 0), _window, Quota, current is not null || !BeginsWithUse ? UntilEnd(now) : TimeSpan.Zero);
    }

    /// <remarks>
    /// Whole windows only: <c>theoretical = Q · n</c> for the n windows that lie wholly inside the run. The first is entered and the last is left part-way, and how much
    /// of their quota was still to be had depends on the second the program was started in. A run without a whole window is compared with the quota of those it touched.
    /// Windows that begin with use are compared with the time between the first and the last beginning, <c>Q · D / W</c>: who comes back late is charged for it, and who
    /// has stopped for longer than a window is charged up to the end. Refusals count always.
    /// </remarks>
    /// <inheritdoc/>
    public override LimitReport Report(ArrivalTime end)
    {
        if (FirstArrival is not { } first)
        {
            return default;
        }

        var (ok, theoretical) = BeginsWithUse ? ReportOfUse(first, end) : ReportOfClock(first, end);
        return new LimitReport(ok, theoretical, Refused, _windows.Select(static span => span.Admitted).DefaultIfEmpty().Max());
    }

    private protected override void Count(ArrivalTime now, long amount, int? charge)
    {
        var current = Current(now);
        if (current is null)
        {
            current = Begin(now);
            _wasSetBack |= _windows.Count > 0 && current.Start < _windows[^1].Start;
            _windows.Add(current);
        }

        current.Counted += amount;
        if (charge is not null)
        {
            current.Admitted += amount;
            _windowOfCharge.Add(current);
        }
    }

    private protected override void Correct(ArrivalTime now, int charge, TimeSpan at, long difference)
    {
        var span = _windowOfCharge[charge];
        span.Counted += difference;
        span.Admitted += difference;
    }

    private (long Ok, long Theoretical) ReportOfClock(ArrivalTime first, ArrivalTime end)
    {
        var (from, to) = (WindowAt(first.SinceEpoch).End, WindowAt(end.SinceEpoch).Start);
        if (from >= to)
        {
            // No window lies wholly inside: the first, and the last if it is another.
            var touched = WindowAt(first.SinceEpoch).Start == to ? 1 : 2;
            return (_windows.Sum(static span => span.Admitted), Exact.Saturated((Int128)Quota * touched));
        }

        var n = 0L;
        for (var start = from; start < to; start = WindowAt(start).End)
        {
            n++;
        }

        return (_windows.Where(span => span.Start >= from && span.Start < to).Sum(static span => span.Admitted), Exact.Saturated((Int128)Quota * n));
    }

    private (long Ok, long Theoretical) ReportOfUse(ArrivalTime first, ArrivalTime end)
    {
        if (_windows.Count == 0)
        {
            return (0, Quota);
        }

        var total = _windows.Sum(static span => span.Admitted);
        var last = _windows[^1];
        var (ok, close) = end.Monotonic - last.Start > _window ? (total, end.Monotonic) : (total - last.Admitted, last.Start);
        return ok == 0 ? (total, Quota) : (ok, Exact.CeilingOf(Quota, (close - first.Monotonic).Ticks, _window.Ticks));
    }

    /// <summary>The window that counts at this moment, if it has begun: mostly the last, and an earlier one after the wall clock was set back.</summary>
    private Span? Current(ArrivalTime now)
    {
        var at = At(now);
        if (_windows.Count == 0 || (at >= _windows[^1].End && !_wasSetBack))
        {
            return null;
        }

        return _windows.FindLast(span => at >= span.Start && at < span.End);
    }

    private TimeSpan UntilEnd(ArrivalTime now) => (Current(now) ?? Begin(now)).End - At(now);

    private Span Begin(ArrivalTime now)
    {
        var (start, end) = BeginsWithUse ? (now.Monotonic, now.Monotonic + _window) : WindowAt(now.SinceEpoch);
        return new Span(start, end);
    }

    /// <summary>What begins with use is counted by the clock that never steps, what is aligned by the one on the wall.</summary>
    private TimeSpan At(ArrivalTime now) => BeginsWithUse ? now.Monotonic : now.SinceEpoch;

    private (TimeSpan Start, TimeSpan End) WindowAt(TimeSpan sinceEpoch) => _alignment.WindowAt(sinceEpoch, _window)!.Value;

    private sealed class Span(TimeSpan start, TimeSpan end)
    {
        public TimeSpan Start => start;

        public TimeSpan End => end;

        public long Counted { get; set; }

        public long Admitted { get; set; }
    }
}
