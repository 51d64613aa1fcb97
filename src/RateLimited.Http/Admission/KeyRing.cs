namespace RateLimited.Http.Admission;

/// <summary>
/// How the keys of a service are and which of them goes next. Only under the store's gate: every call is a few dozen nanoseconds of arithmetic, takes no lock and calls nothing else.
/// </summary>
internal abstract class KeyRing
{
    /// <summary>Whether the choice depends on what is left of the keys' quotas: else it need not be worked out.</summary>
    public abstract bool WantsHeadroom { get; }

    /// <summary>From when on each key may be used for an endpoint's requests, limits apart; <see cref="long.MaxValue"/> for one that never may.</summary>
    public abstract void Open(ReadOnlySpan<BoundKey> keys, string endpoint, long now, Span<long> instants);

    /// <summary>The position among the offers, of which there is one at least, of the key that goes next.</summary>
    public abstract int Choose(ReadOnlySpan<KeyOffer> offers, string? tenant);

    /// <summary>A request goes with a key.</summary>
    public abstract void Went(KeyHandle key, string endpoint, long now);

    /// <summary>The upstream accepted the key of a request that went at an instant. Returns whether that has opened it for others.</summary>
    public abstract bool Accepted(KeyHandle key, string endpoint, long now, long sentAt);

    /// <summary>A request with the key has ended.</summary>
    public abstract void Ended(KeyHandle key);

    /// <summary>How a key is, as other processes are told.</summary>
    /// <param name="key">The key.</param>
    /// <param name="owner">As whose it is told; null comes back for a key whose text was replaced since, of which nothing is known any more.</param>
    /// <param name="endpoint">Where it is accepted or not; null for the quota that it draws on.</param>
    /// <param name="now">The present.</param>
    public abstract KeyRest? RestOf(KeyHandle key, QuotaOwner owner, string? endpoint, long now);

    /// <summary>Another process said how a key is.</summary>
    public abstract void Heard(KeyHandle key, QuotaOwner owner, string? endpoint, in KeyRest rest, long now);

    /// <summary>What tells of keys that are otherwise than was told last, to be called outside the gate; null where none is.</summary>
    public abstract Action? TakeChanges(long now);

    /// <summary>How a key is.</summary>
    public abstract KeyStatus StatusOf(KeyHandle key, double headroom, long now);
}

/// <summary>One key as admission knows it: a name. Its text and its health are another room's.</summary>
internal abstract class KeyHandle
{
    public abstract string Name { get; }
}

/// <summary>A key that has room for a request.</summary>
/// <param name="Key">The key.</param>
/// <param name="Headroom">What is left of its quotas, of the one of which least is left, as a share.</param>
internal readonly record struct KeyOffer(KeyHandle Key, double Headroom);
