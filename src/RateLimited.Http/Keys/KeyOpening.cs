namespace RateLimited.Http.Keys;

/// <summary>From when on a key may be used for a request.</summary>
/// <param name="RestedAt">When its quota has rested; <see cref="long.MaxValue"/> for a key that must be replaced.</param>
/// <param name="TriedAt">When it is tried again where it was refused; zero where it was not.</param>
internal readonly record struct KeyOpening(long RestedAt, long TriedAt)
{
    /// <summary>
    /// From when on each key of a list may be used. Those in doubt wait, as long as there is one that is in none; but where all were refused nobody waits for that: the upstream's own answer is better
    /// than a refusal of ours, and an endpoint that refuses everybody must not close the pool.
    /// </summary>
    public static void Settle(ReadOnlySpan<KeyOpening> openings, long now, Span<long> instants)
    {
        var isAnyTrusted = false;
        foreach (var opening in openings)
        {
            isAnyTrusted |= opening.RestedAt < long.MaxValue && opening.TriedAt <= now;
        }

        for (var i = 0; i < openings.Length; i++)
        {
            var (restedAt, triedAt) = openings[i];
            instants[i] = isAnyTrusted ? Math.Max(restedAt, triedAt) : restedAt;
        }
    }
}
