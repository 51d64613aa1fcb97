using RateLimited.Http.Admission;
using RateLimited.Http.Keys;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Pipeline;

/// <summary>What responses say of the keys that their requests went with. The tickets have not been completed.</summary>
internal sealed partial class PoolRing
{
    /// <summary>Whether a refusal concerns the key that a request went with, so that it may be answered with another. It was not processed.</summary>
    public static bool ConcernsKey(in Verdict verdict) =>
        verdict.Kind is ResponseKind.Limited or ResponseKind.Exhausted or ResponseKind.RefusedKey && verdict.Scope is ResponseScope.Key or ResponseScope.Endpoint;

    /// <summary>The upstream accepted the request's key.</summary>
    public void Accept(AdmissionTicket ticket, ServiceLimiter limiter)
    {
        if (limiter.AcceptKey(ticket))
        {
            Tell(limiter, static (_, _) => { });
        }
    }

    public override bool Accepted(KeyHandle key, string endpoint, long now, long sentAt)
    {
        var pooled = KeyOf(key);
        var isTroubled = pooled.Trust.IsSuspected || pooled.Quota.IsTroubled || pooled.Told != KeyState.Active;
        KeyPool.Accepted(pooled, endpoint, now, sentAt);
        return isTroubled;
    }

    /// <summary>The upstream did not accept the request's key.</summary>
    public void Refuse(AdmissionTicket ticket, ServiceLimiter limiter)
    {
        var (endpoint, sentAt) = (ticket.Plan.Endpoint, ticket.ChargedAt);
        if (ticket.Key?.Chosen is { } key)
        {
            Tell(limiter, (ring, now) => ring._pool.Refused(KeyOf(key.Handle), endpoint, now, sentAt));
        }
    }

    /// <summary>A request that was refused with some keys was accepted with another: it was the keys.</summary>
    public void Contradict(IReadOnlyList<KeyAttempt> refused, ServiceLimiter limiter) => Tell(limiter, (_, _) =>
    {
        foreach (var (key, endpoint, sentAt) in refused)
        {
            KeyOf(key).Trust.Contradicted(endpoint, sentAt);
        }
    });

    /// <summary>A request was refused with several keys and accepted with none: it was not the keys, as far as anybody knows.</summary>
    public void Withdraw(IReadOnlyList<KeyAttempt> refused, ServiceLimiter limiter) => Tell(limiter, (_, now) =>
    {
        foreach (var (key, endpoint, sentAt) in refused)
        {
            KeyOf(key).Trust.Withdrawn(endpoint, now, sentAt);
        }
    });

    /// <summary>The upstream wants no request with the key for a while.</summary>
    public void Rest(AdmissionTicket ticket, Verdict verdict, ServiceLimiter limiter)
    {
        if (ticket.Key?.Chosen is not { } key)
        {
            return;
        }

        var sentAt = ticket.ChargedAt;
        var longest = limiter.Definition.Correction.MaxHint.Ticks;
        if (verdict.Kind == ResponseKind.Exhausted)
        {
            var (wait, isCertain) = ReturnOf(verdict, limiter.Time.GetUtcNow(), limiter.Definition.Correction);
            Tell(limiter, (_, now) => KeyOf(key.Handle).Quota.Exhaust(now, sentAt, wait, isCertain));
        }
        else if (verdict is { Wait: { } asked, IsWaitGuessed: false })
        {
            Tell(limiter, (_, now) => KeyOf(key.Handle).Quota.Limit(now, asked.Ticks));
        }
        else
        {
            Tell(limiter, (_, now) => KeyOf(key.Handle).Quota.LimitBlindly(now, sentAt, longest, verdict.Wait?.Ticks ?? QuotaHealth.ShortestBlind));
        }
    }

    /// <summary>A request is moved from one key to another.</summary>
    public void Move(KeyHandle from, ResponseKind kind, ServiceLimiter limiter)
    {
        limiter.ChangeKeys(_ => KeyOf(from).Moves++);
        _telemetry.Keys.Moved(from.Name, kind switch { ResponseKind.Limited => 0, ResponseKind.Exhausted => 1, _ => 2 });
    }

    /// <summary>
    /// When a quota returns that is used up. What depends on somebody who pays, on a zone that nobody knows, or is as long as anything is believed, is not certain: then it is found out.
    /// </summary>
    private static (long Wait, bool IsCertain) ReturnOf(Verdict verdict, DateTimeOffset now, CorrectionDefinition correction)
    {
        var wait = Math.Min(((QuotaReturn.Of(verdict, now, correction.AccountZone) - now) ?? TimeSpan.Zero).Ticks, correction.MaxExhausted.Ticks);
        var longest = correction.MaxHint.Ticks;
        return verdict.Horizon switch
        {
            QuotaHorizon.PacificMidnight => (wait, true),
            QuotaHorizon.AccountMidnight when correction.AccountZone is not null => (wait, true),
            QuotaHorizon.Wait => (Math.Min(wait, longest), wait < longest),
            _ => (0, false),
        };
    }

    /// <summary>Changes how the keys are, and tells what has become of them once nothing is held.</summary>
    private void Tell(ServiceLimiter limiter, Action<PoolRing, long> change)
    {
        IReadOnlyList<(string Name, KeyState State)> changes = [];
        limiter.ChangeKeys(now =>
        {
            change(this, now);
            changes = _pool.Changes(now);
        });
        foreach (var (name, state) in changes)
        {
            _telemetry.Keys.Changed(name, state);
        }
    }
}
