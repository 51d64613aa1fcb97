using RateLimited.Http.Admission;

namespace RateLimited.Http.Simulation.Tests.Mutants;

/// <summary>Keys that are as others are, but for what a mutant gets wrong.</summary>
internal abstract class MutatedRing(KeyRing right) : KeyRing
{
    public override bool WantsHeadroom => right.WantsHeadroom;

    public override void Open(ReadOnlySpan<BoundKey> keys, string endpoint, long now, Span<long> instants) => right.Open(keys, endpoint, now, instants);

    public override int Choose(ReadOnlySpan<KeyOffer> offers, string? tenant) => right.Choose(offers, tenant);

    public override void Went(KeyHandle key, string endpoint, long now) => right.Went(key, endpoint, now);

    public override bool Accepted(KeyHandle key, string endpoint, long now, long sentAt) => right.Accepted(key, endpoint, now, sentAt);

    public override void Ended(KeyHandle key) => right.Ended(key);

    public override KeyRest? RestOf(KeyHandle key, QuotaOwner owner, string? endpoint, long now) => right.RestOf(key, owner, endpoint, now);

    public override void Heard(KeyHandle key, QuotaOwner owner, string? endpoint, in KeyRest rest, long now) => right.Heard(key, owner, endpoint, rest, now);

    public override Action? TakeChanges(long now) => right.TakeChanges(now);

    public override KeyStatus StatusOf(KeyHandle key, double headroom, long now) => right.StatusOf(key, headroom, now);
}

/// <summary>Offers keys that may not be used: those that never may any more, or those that rest.</summary>
internal sealed class OpenRing(KeyRing right, bool neverAgain) : MutatedRing(right)
{
    public override void Open(ReadOnlySpan<BoundKey> keys, string endpoint, long now, Span<long> instants)
    {
        base.Open(keys, endpoint, now, instants);
        foreach (ref var instant in instants)
        {
            instant = instant == long.MaxValue == neverAgain ? now : instant;
        }
    }
}

/// <summary>Offers the first key alone.</summary>
internal sealed class LonelyRing(KeyRing right) : MutatedRing(right)
{
    public override void Open(ReadOnlySpan<BoundKey> keys, string endpoint, long now, Span<long> instants)
    {
        base.Open(keys, endpoint, now, instants);
        instants[Math.Min(1, instants.Length)..].Fill(long.MaxValue);
    }
}

/// <summary>Does not hear that requests end.</summary>
internal sealed class DeafRing(KeyRing right) : MutatedRing(right)
{
    public override void Ended(KeyHandle key)
    {
        // As if nobody had said it.
    }
}
