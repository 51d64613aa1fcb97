namespace RateLimited.Http.Limits;

/// <summary>
/// In how much time a quota flows back as a whole that does so all the time, as far as answers tell. Where none says it, it is bounded by what is used and when that will have flowed back: the longest time
/// counts that agrees with all of them, so that nothing is taken to flow back faster than is known.
/// </summary>
/// <param name="Ticks">The time; zero while nothing is known.</param>
/// <param name="Least">The shortest that agrees with what was heard: whoever is told to wait for so long need not be told to wait for longer.</param>
/// <param name="IsSaid">Whether an answer said it, or it is the only usual one that agrees with what one said.</param>
internal readonly record struct RefillWindow(long Ticks, long Least, bool IsSaid)
{
    /// <summary>What is longer is none.</summary>
    public const long Longest = 366 * TimeSpan.TicksPerDay;

    /// <summary>Upstreams cut the time until a bucket is full to that.</summary>
    private const long Rounding = TimeSpan.TicksPerMillisecond;

    /// <summary>The window that an answer said.</summary>
    public static RefillWindow Said(long ticks) => new(Math.Min(ticks, Longest), Math.Min(ticks, Longest), IsSaid: true);

    /// <summary>The window that somebody took it for who kept no more: nothing else is known of it.</summary>
    public static RefillWindow Taken(long ticks) => new(ticks, 0, IsSaid: false);

    /// <summary>What is known with one answer more.</summary>
    public RefillWindow Hear(in QuotaReport report)
    {
        if (report.Window > 0)
        {
            return Said(report.Window);
        }

        if (IsSaid || report is not { Refills: true, Limit: { } limit, Remaining: { } remaining, ResetAfter: { } after } || remaining >= limit || after + report.Precision + report.Age <= 0)
        {
            return this;
        }

        // What is used has come back in part already: after u of a quota q, full in r, the window is in [r q / u, r q / (u - 1)).
        after = Math.Min(after, Longest);
        var used = limit - remaining;
        var least = (Int128)Math.Max(after - report.Precision, 0) * limit / used;
        var latest = (Int128)after + report.Precision + report.Age;
        var most = used == 1 ? 2 * latest * limit : Int128.Max(latest, (Int128)after + Rounding) * limit / (used - 1);
        var (shortest, longest) = ((long)Int128.Min(least, Longest), (long)Int128.Min((most + Rounding - 1) / Rounding * Rounding, Longest));
        return Ticks == 0 || Ticks < shortest || longest < Least
            ? new RefillWindow(longest, shortest, IsSaid: false)
            : new RefillWindow(Math.Min(Ticks, longest), Math.Max(Least, shortest), IsSaid: false);
    }

    /// <summary>When something flows back at the soonest of which it is reckoned when it does at the latest.</summary>
    public long Soonest(long now, long latest) =>
        latest <= now || latest == LimitRule.Never || Least >= Ticks ? latest : now + (long)((Int128)(latest - now) * Least / Ticks);
}
