namespace RateLimited.Http.Keys;

/// <summary>
/// One key of a pool, for as long as it is in it: its text may be replaced, its name stays. All but the text and the name belongs to whoever holds the pool's lock.
/// </summary>
internal sealed class PooledKey(string name, ApiKey secret, bool isNamed)
{
    private volatile ApiKey _secret = secret;
    private volatile KeyOrigin? _origin;

    public string Name { get; } = name;

    /// <summary>Whether the configuration gave the name: then another text under it is the same key with a new credential.</summary>
    public bool IsNamed { get; } = isNamed;

    /// <summary>The key as it is now. May be read without the lock.</summary>
    public ApiKey Secret => _secret;

    /// <summary>Where it belongs; null for the origin of the client's base address. May be read without the lock.</summary>
    public KeyOrigin? Origin
    {
        get => _origin;
        set => _origin = value;
    }

    /// <summary>Its place in the list.</summary>
    public int Index { get; set; }

    public int Weight { get; set; } = 1;

    /// <summary>The state of the quota it draws on, perhaps with others.</summary>
    public QuotaHealth Quota { get; set; } = new();

    public KeyTrust Trust { get; } = new();

    public long Uses { get; private set; }

    public int InFlight { get; private set; }

    /// <summary>How many requests were moved from it to another key.</summary>
    public long Moves { get; set; }

    /// <summary>When it was used last, counted in uses of the whole pool; zero for never.</summary>
    public long LastTurn { get; private set; }

    /// <summary>How far it has got in the round by weight.</summary>
    public double Pass { get; private set; }

    /// <summary>What was said last of how it is.</summary>
    public KeyState Told { get; set; }

    /// <summary>Takes over the key's text. If it is another, it is trusted anew, and whether its quota was paid for is found out anew.</summary>
    /// <param name="secret">The key.</param>
    /// <param name="now">The time.</param>
    /// <param name="isQuotaOfText">Whether another text has another quota.</param>
    public void Replace(ApiKey secret, long now, bool isQuotaOfText = false)
    {
        if (_secret.Equals(secret))
        {
            return;
        }

        _secret = secret;
        Trust.Reset(now);
        if (isQuotaOfText)
        {
            Quota = new QuotaHealth();
        }
        else
        {
            Quota.Reconsider();
        }
    }

    public void Went(string endpoint, long now, long turn, double round)
    {
        Uses++;
        InFlight++;
        LastTurn = turn;
        Pass = Math.Max(Pass, round) + (1.0 / Weight);
        Quota.Went(now);
        Trust.Went(endpoint, now);
    }

    public void Ended() => InFlight--;

    public KeyState StateAt(long now) =>
        Trust.IsDisabled ? KeyState.Disabled
        : Quota.IsExhausted(now) ? KeyState.Exhausted
        : Trust.IsSuspected ? KeyState.Error
        : Quota.IsLimited(now) ? KeyState.RateLimited
        : KeyState.Active;

    /// <summary>From when on a request with it may go somewhere at all; <see cref="long.MaxValue"/> until it is replaced.</summary>
    public long OpensAt(long now) => StateAt(now) switch
    {
        KeyState.Disabled => long.MaxValue,
        KeyState.Error when Trust.RefusedCount > 0 => Math.Max(Trust.NextProbe(), Quota.OpensAt),
        _ => Quota.OpensAt,
    };
}
