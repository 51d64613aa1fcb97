namespace RateLimited.Http.Testing.Models;

/// <summary>The exact sliding log: in every interval as long as the window, at most the quota. It remembers each admission.</summary>
/// <param name="quota">How much may be admitted in any window.</param>
/// <param name="window">The window.</param>
public sealed class SlidingLogModel(long quota, TimeSpan window) : LimitModel(quota)
{
    private readonly TimeSpan _window = Checked(window);
    private readonly List<(TimeSpan At, long Amount, int? Charge)> _counted = [];
    private int _oldest;
    private long _within;

    /// <inheritdoc/>
    public override bool Fits(ArrivalTime now, long amount)
    {
        Forget(now.Monotonic);
        return amount <= Quota - _within;
    }

    /// <inheritdoc/>
    public override TimeSpan WaitFor(ArrivalTime now, long amount)
    {
        if (Fits(now, amount))
        {
            return TimeSpan.Zero;
        }

        var missing = amount - (Quota - _within);
        for (var i = _oldest; i < _counted.Count; i++)
        {
            missing -= _counted[i].Amount;
            if (missing <= 0)
            {
                return _counted[i].At + _window - now.Monotonic;
            }
        }

        return _window;
    }

    /// <inheritdoc/>
    public override LimitReading Read(ArrivalTime now)
    {
        Forget(now.Monotonic);
        var reset = _oldest < _counted.Count ? _counted[_oldest].At + _window - now.Monotonic : TimeSpan.Zero;
        return new LimitReading(Quota, Quota - _within, _window, Quota, reset);
    }

    /// <remarks>
    /// Unit number i + Q comes at least W after number i. So the time from the first unit to unit m·Q + 1 is at least m·W, and the m·Q units in between
    /// (the last not counted, it opens the next stretch) are compared with what that time D holds at the full rate: <c>theoretical = Q · D / W</c>, rounded up.
    /// Whoever sends again the moment he may gets exactly 100%, be it in bursts or evenly. Comparing all admissions up to an arbitrary end instead would count the first burst for
    /// nothing: ten bursts in ten windows look like 100% even when each came 45 ms late.
    /// A client that stopped is not let off: when more than W has passed since unit m·Q + 1 without Q more, everything up to the end counts, admissions and time. A run that has
    /// not used the first quota yet is compared with that.
    /// </remarks>
    /// <inheritdoc/>
    public override LimitReport Report(ArrivalTime end)
    {
        var total = Admitted.Sum(static charge => charge.Amount);
        if (FirstArrival is null || total == 0)
        {
            return new LimitReport(0, FirstArrival is null ? 0 : Quota, Refused, 0);
        }

        var ok = (total - 1) / Quota * Quota;
        var close = AnyWindow.WhenBeyond(Admitted, ok);
        if (end.Monotonic - close > _window)
        {
            (ok, close) = (total, end.Monotonic);
        }

        var theoretical = Exact.CeilingOf(Quota, (close - Admitted[0].At).Ticks, _window.Ticks);
        (ok, theoretical) = ok == 0 ? (total, Quota) : (ok, theoretical);
        return new LimitReport(ok, theoretical, Refused, AnyWindow.Most(Admitted, _window));
    }

    private protected override void Count(ArrivalTime now, long amount, int? charge)
    {
        Forget(now.Monotonic);
        _counted.Add((now.Monotonic, amount, charge));
        _within += amount;
    }

    private protected override void Correct(ArrivalTime now, int charge, TimeSpan at, long difference)
    {
        Forget(now.Monotonic);
        for (var i = _counted.Count - 1; i >= _oldest && _counted[i].At >= at; i--)
        {
            if (_counted[i].Charge == charge)
            {
                _counted[i] = _counted[i] with { Amount = _counted[i].Amount + difference };
                _within += difference;
                return;
            }
        }
    }

    private void Forget(TimeSpan now)
    {
        while (_oldest < _counted.Count && now - _counted[_oldest].At >= _window)
        {
            _within -= _counted[_oldest++].Amount;
        }

        // Half of the list is of the past: moved once for as many additions.
        if (_oldest > 1000 && _oldest * 2 > _counted.Count)
        {
            _counted.RemoveRange(0, _oldest);
            _oldest = 0;
        }
    }
}
