using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>
/// A limit that the upstream tells of, as all processes count it together: what any of them heard is used, and what all of them have under way. It stands beside what the process knows by itself of the
/// limit, and both must have room. Only under the store's gate.
/// </summary>
internal sealed class FleetLimit
{
    private readonly string _name;
    private long _longest;

    /// <param name="told">The limit as the process knows it by itself.</param>
    /// <param name="report">What is said of it.</param>
    /// <param name="shared">Who asks the store.</param>
    /// <param name="bounds">How many partitions a limit keeps.</param>
    /// <param name="store">Where the state lives that is this process's.</param>
    public FleetLimit(BoundLimit told, in QuotaReport report, SharedService shared, PartitionBounds bounds, InProcessStore store)
    {
        _name = $"{report.Name.ToString().ToUpperInvariant()}/{report.NamedWindow}";
        Limit = new BoundLimit(told.Definition with { Rule = RuleOf(report.Limit.GetValueOrDefault(), shared) }, told.Scope, told.ScopeName, bounds, store);
    }

    public BoundLimit Limit { get; }

    private ref LimitState State => ref Limit.Only!.State;

    /// <summary>Whether a report says enough: what flows back all the time has no window that could be counted.</summary>
    public static bool CanBe(in QuotaReport report) => report is { Refills: false, Limit: > 0 and <= FleetQuota.Largest, Remaining: not null, ResetAfter: > 0 };

    /// <summary>Takes over another size, if one is said.</summary>
    public void Resize(in QuotaReport report, SharedService shared, in Moment at, PartitionBounds bounds)
    {
        if (report.Limit is > 0 and <= FleetQuota.Largest and var limit && limit != Limit.Rule.Quota)
        {
            Limit.Change(Limit.Definition with { Rule = RuleOf(limit, shared) }, at, bounds);
        }
    }

    /// <summary>Takes in what an answer says. What the request was charged is released besides.</summary>
    /// <param name="report">What it says.</param>
    /// <param name="at">The present.</param>
    /// <param name="longest">The longest that anything said is believed, in ticks.</param>
    /// <param name="unknown">Where the request went before the limit was known: how much this process may have under way besides; else zero.</param>
    public void Hear(in QuotaReport report, in Moment at, long longest, long unknown)
    {
        if (report is not { Refills: false, Remaining: { } remaining, ResetAfter: > 0 and var after })
        {
            return;
        }

        after = Math.Min(after, longest);
        _longest = Math.Max(_longest, after);

        // What went before the limit was known is under way without being counted so.
        var uncounted = Math.Max(unknown - Limit.Rule.Used(ref State, at), 0);
        var used = Math.Clamp(Limit.Rule.Quota - remaining, 0, Limit.Rule.Quota);
        RuleOf(Limit).Hear(ref State, at, Saturating.Add(used, uncounted), Saturating.Add(at.Now, after), FleetQuota.ToleranceOf(report.Window, _longest));
    }

    /// <summary>A request was counted upstream, and nobody said what is used with it.</summary>
    public static void Count(in Charge charge, in Moment at) => RuleOf(charge.Partition.Limit).Count(ref charge.Partition.State, at, charge.Cost);

    private static SharedRule RuleOf(BoundLimit limit) => (SharedRule)limit.Rule;

    private SharedRule RuleOf(long limit, SharedService shared) => new(new FleetQuota(_name, limit), shared);
}
