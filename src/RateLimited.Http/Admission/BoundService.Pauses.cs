using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>What holds all requests of a service up together: pauses, distances and a quota that is used up.</summary>
internal sealed partial class BoundService
{
    /// <summary>Nothing goes for so long, or for the longest that is believed. Only under the store's gate.</summary>
    public void Pause(long now, long duration)
    {
        PauseAlone(now, duration);
        Shared?.Pause(Math.Min(duration, Definition.Correction.MaxHint.Ticks));
    }

    /// <summary>The same without telling other processes: one of them said so. Only under the store's gate.</summary>
    public void PauseAlone(long now, long duration) => _pause.Extend(now, Math.Min(duration, Definition.Correction.MaxHint.Ticks));

    /// <summary>Nothing goes for a while after a request that went at an instant was refused. Only under the store's gate.</summary>
    public void PauseBlindly(long now, long sentAt, long shortest) => _pause.ExtendBlindly(now, sentAt, Definition.Correction.MaxHint.Ticks, shortest);

    /// <summary>The response to a request warns, and all keep a distance until none does. Only under the store's gate.</summary>
    public void Slow(long now, long sentAt, long underWay, int strain) => _pause.Slow(now, sentAt, underWay, strain, Definition.Correction.MaxHint.Ticks);

    /// <summary>The response to a request warns of nothing. Only under the store's gate.</summary>
    public void Ease(long now, long sentAt) => _pause.Ease(now, sentAt);

    /// <summary>
    /// A quota is used up and returns after so long, null where nobody knows. Within what is believed that is a pause like any other; beyond, one request at intervals finds out. Only under
    /// the store's gate.
    /// </summary>
    public void Exhaust(long now, long sentAt, long? wait)
    {
        var correction = Definition.Correction;
        if (wait <= correction.MaxHint.Ticks)
        {
            Pause(now, wait.Value);
            return;
        }

        var interval = Exhaustion.IntervalOf(wait, correction.MaxHint.Ticks);
        _exhaustion.Begin(now, sentAt, Math.Min(wait ?? LimitRule.Never, correction.MaxExhausted.Ticks), interval);
        _isExhausted = true;
        Shared?.Pause(interval);
    }

    /// <summary>A request that went at an instant had success. Returns whether a quota that was used up has returned. Only under the store's gate.</summary>
    public bool SucceededAt(long now, long sentAt)
    {
        if (!_exhaustion.SucceededAt(sentAt))
        {
            return false;
        }

        Return(now);
        return true;
    }

    private void Return(long now)
    {
        _isExhausted = false;
        _pause.Spread(now);
    }

    /// <summary>A request has gone. Only under the store's gate.</summary>
    public void WentAt(long now)
    {
        Admitted.Value++;
        if (_isExhausted && _exhaustion.WentAt(now))
        {
            Return(now);
        }

        _pause.WentAt(now);
    }
}
