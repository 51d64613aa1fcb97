namespace RateLimited.Http.Keys;

/// <summary>From when on a key may be used for a request.</summary>
/// <param name="At">The instant; <see cref="long.MaxValue"/> until it is replaced.</param>
/// <param name="IsDoubtful">Whether it is closed only because it was refused there, which may be no fault of its own.</param>
internal readonly record struct KeyOpening(long At, bool IsDoubtful)
{
    /// <summary>
    /// From when on each key of a list may be used. Those in doubt wait behind the others; but where nothing else is left, nobody waits for them: the upstream's own answer is better than a refusal
    /// of ours, and an endpoint that refuses everybody must not close the pool.
    /// </summary>
    public static void Settle(ReadOnlySpan<KeyOpening> openings, long now, Span<long> instants)
    {
        var isNothingElseLeft = true;
        foreach (var opening in openings)
        {
            isNothingElseLeft &= opening.IsDoubtful || opening.At == long.MaxValue;
        }

        for (var i = 0; i < openings.Length; i++)
        {
            instants[i] = isNothingElseLeft && openings[i].IsDoubtful ? now : openings[i].At;
        }
    }
}
