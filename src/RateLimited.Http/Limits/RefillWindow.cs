namespace RateLimited.Http.Limits;

/// <summary>
/// In how much time a quota flows back as a whole that does so all the time, as far as answers tell. Where none says it, it is bounded by what is used and when that will have flowed back: the longest time
/// counts that agrees with all of them, so that nothing is taken to flow back faster than is known.
/// </summary>
/// <param name="Ticks">The time; zero while nothing is known.</param>
/// <param name="IsSaid">Whether an answer said it, or it is the only usual one that agrees with what one said.</param>
internal readonly record struct RefillWindow(long Ticks, bool IsSaid)
{
    /// <summary>What is longer is none.</summary>
    public const long Longest = 366 * TimeSpan.TicksPerDay;

    /// <summary>Upstreams cut the time until a bucket is full to that.</summary>
    private const long Rounding = TimeSpan.TicksPerMillisecond;

    /// <summary>What is known with one answer more.</summary>
    public RefillWindow Hear(in QuotaReport report)
    {
        if (report.Window > 0)
        {
            return new RefillWindow(Math.Min(report.Window, Longest), IsSaid: true);
        }

        if (IsSaid || report is not { Refills: true, Limit: { } limit, Remaining: { } remaining, ResetAfter: > 0 and var after } || remaining >= limit)
        {
            return this;
        }

        // What is used has come back in part already: after u of a quota q, full in r, the window is in [r q / u, r q / (u - 1)).
        after = Math.Min(after, Longest);
        var used = limit - remaining;
        var least = (Int128)after * limit / used;
        var most = used == 1 ? 2 * least : ((Int128)after + Rounding) * limit / (used - 1);
        var longest = (long)Int128.Min((most + Rounding - 1) / Rounding * Rounding, Longest);
        return new RefillWindow(Ticks >= least ? Math.Min(Ticks, longest) : longest, IsSaid: false);
    }
}
