using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Persistence;

/// <summary>
/// How much may be charged to a limit, and until when, before more has to be written. Whoever comes after a process that died counts all of it as used: it is what a crash may cost. Immutable.
/// </summary>
/// <param name="Amount">How much.</param>
/// <param name="Until">The instant from which on nothing of it may be charged any more.</param>
internal readonly record struct Allowance(long Amount, long Until)
{
    /// <summary>Of a limit that is whole again so soon there is nothing worth counting: all of it may go.</summary>
    public const long Brief = 10 * TimeSpan.TicksPerSecond;

    /// <summary>As much as there may be.</summary>
    public const long Everything = LimitRule.Never / 8;

    /// <summary>More than this part of a quota is never at stake, unless one request costs more.</summary>
    public const int SmallestPart = 64;

    private const long BriefSpell = 5 * TimeSpan.TicksPerSecond;
    private const long Spell = TimeSpan.TicksPerMinute;

    /// <summary>For so long what is written lasts at the present rate.</summary>
    private const long Ahead = 2 * TimeSpan.TicksPerSecond;

    /// <summary>No rate is measured over less.</summary>
    private const long ShortestMeasured = TimeSpan.TicksPerSecond / 10;

    private const long Few = 16;

    /// <summary>Whether there is as much as there may be.</summary>
    public bool IsEverything => Amount >= Everything;

    /// <summary>What is left of it when more is asked for ahead of need; less than zero where it is not.</summary>
    public long AskBelow(LimitRule rule) => !IsEverything && Amount <= rule.Capacity / SmallestPart && Amount > 1 ? Amount / 2 : -1;

    /// <summary>From when on more is asked for ahead of need.</summary>
    public static long AskAt(long now, long until) => now + ((until - now) / 2);

    /// <summary>What to write of a limit.</summary>
    /// <param name="rule">The limit.</param>
    /// <param name="now">The present.</param>
    /// <param name="left">What is left of what was written before.</param>
    /// <param name="wanted">What the dearest request costs that waits for it.</param>
    /// <param name="gone">How much went since the last was sized.</param>
    /// <param name="since">When that was.</param>
    public static Allowance Of(LimitRule rule, long now, long left, long wanted, long gone, long since)
    {
        if (RecoveryOf(rule) <= Brief)
        {
            return new Allowance(Everything, Saturating.Add(now, BriefSpell));
        }

        var rate = (long)Int128.Min((Int128)gone * Ahead / Math.Max(now - since, ShortestMeasured), Everything / 2);
        var usual = Math.Min(Math.Max(rate, Few), rule.Capacity / SmallestPart);
        return new Allowance(Math.Min(Math.Max(Math.Max(usual, wanted), left), Everything / 2), Saturating.Add(now, Spell));
    }

    /// <summary>How long it takes for all of a limit to be there again.</summary>
    public static long RecoveryOf(LimitRule rule) => rule is TokenBucket bucket ? (long)Int128.Min((Int128)bucket.Burst * bucket.Window / bucket.Quota, LimitRule.Never) : rule.Window;
}
