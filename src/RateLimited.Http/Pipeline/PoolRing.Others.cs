using RateLimited.Http.Admission;
using RateLimited.Http.Keys;

namespace RateLimited.Http.Pipeline;

/// <summary>What processes tell each other of keys. Under the store's gate.</summary>
internal sealed partial class PoolRing
{
    public override KeyRest? RestOf(KeyHandle key, QuotaOwner owner, string? endpoint, long now)
    {
        var pooled = KeyOf(key);
        return !IsOf(pooled, owner) ? null
            : endpoint is null ? QuotaRestOf(pooled.Quota, now)
            : pooled.Trust.RefusedUntil(endpoint) is { } until ? new KeyRest(RestReason.Refused, until)
            : default(KeyRest);
    }

    public override void Heard(KeyHandle key, QuotaOwner owner, string? endpoint, in KeyRest rest, long now)
    {
        var pooled = KeyOf(key);
        if (!IsOf(pooled, owner))
        {
            return;
        }

        switch (endpoint, rest.Reason)
        {
            case (null, RestReason.Limited):
                pooled.Quota.Limit(now, rest.Until - now);
                break;
            case (null, RestReason.Exhausted):
                pooled.Quota.ExhaustedElsewhere(now, rest.Until);
                break;
            case (null, _):
                pooled.Quota.ReturnedElsewhere();
                break;
            case (_, RestReason.None):
                pooled.Trust.AcceptedElsewhere(endpoint);
                break;
            default:
                pooled.Trust.RefusedElsewhere(endpoint, now, rest.Until);
                break;
        }
    }

    public override Action? TakeChanges(long now) => _pool.Changes(now) is { Count: > 0 } changes
        ? () =>
        {
            foreach (var (name, state) in changes)
            {
                _telemetry.Keys.Changed(name, state);
            }
        }
    : null;

    private static KeyRest QuotaRestOf(QuotaHealth quota, long now) => quota.IsExhausted(now) ? new KeyRest(RestReason.Exhausted, quota.ExhaustedUntil)
        : quota.IsLimited(now) ? new KeyRest(RestReason.Limited, quota.LimitedUntil)
        : default;

    /// <summary>Whether a key has the text still that others know it by: of another nothing that is said of the old one holds.</summary>
    private static bool IsOf(PooledKey key, QuotaOwner owner) => owner.Key?.Equals(key.Secret) != false;
}
