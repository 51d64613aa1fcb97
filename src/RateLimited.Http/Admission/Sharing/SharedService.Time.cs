using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>The one timer: what is to be told, what ends, the next word that this process lives, and while it is alone the next attempt.</summary>
internal sealed partial class SharedService
{
    private void OnTimer() => _store.Change(() =>
    {
        _armedFor = LimitRule.Never;
        Kick();
        ArmForNext();
    });

    /// <summary>Sets the timer for what comes next by itself.</summary>
    private void ArmForNext()
    {
        if (_isRunning)
        {
            // Whoever exchanges sets it in the end. What is overdue now is so because of that.
            return;
        }

        var next = _flushAt;
        if (_health.IsAlone)
        {
            next = _health.NextProbe;
        }
        else
        {
            foreach (var balance in _holding)
            {
                next = Math.Min(next, Math.Min(balance.EndsAt, balance.HoldEndsAt));
            }

            next = _holding.Count > 0 ? Math.Min(next, _beatAt) : next;
        }

        Arm(Math.Max(next, _restsUntil));
    }

    private void Arm(long instant)
    {
        if (instant >= _armedFor || _isDisposed)
        {
            return;
        }

        _armedFor = instant;
        var wait = Math.Clamp(instant - _store.Clock.Now, 0, TimeSpan.TicksPerDay);
        _timer.Change(TimeSpan.FromMilliseconds(Saturating.DivideUp(wait, TimeSpan.TicksPerMillisecond)), Timeout.InfiniteTimeSpan);
    }
}
