using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>
/// A limit that the upstream tells of, as all processes count it together: what any of them heard is used, and what all of them have under way. It stands beside what the process knows by itself of the
/// limit, and both must have room. Only under the store's gate.
/// </summary>
internal sealed class FleetLimit
{
    /// <summary>After how many windows in which nobody else used the quota it is taken for ours alone again.</summary>
    private const long Remembered = 8;

    private readonly string _name;
    private readonly SharedService _shared;
    private readonly PartitionBounds _bounds;
    private long _longest;

    /// <param name="told">The limit as the process knows it by itself.</param>
    /// <param name="report">What is said of it.</param>
    /// <param name="shared">Who asks the store.</param>
    /// <param name="bounds">How many partitions a limit keeps.</param>
    /// <param name="store">Where the state lives that is this process's.</param>
    public FleetLimit(BoundLimit told, in QuotaReport report, SharedService shared, PartitionBounds bounds, InProcessStore store)
    {
        (_shared, _bounds) = (shared, bounds);
        _name = $"{report.Name.ToString().ToUpperInvariant()}/{report.NamedWindow}";
        Limit = new BoundLimit(told.Definition with { Rule = RuleOf(report.Limit.GetValueOrDefault()) }, told.Scope, told.ScopeName, bounds, store);
    }

    public BoundLimit Limit { get; }

    private ref LimitState State => ref Limit.Only!.State;

    /// <summary>Whether a report says enough: what flows back all the time has no window that could be counted.</summary>
    public static bool CanBe(in QuotaReport report) => report is { Refills: false, Limit: > 0 and <= FleetQuota.Largest, Remaining: not null, ResetAfter: > 0 };

    /// <summary>Takes in what an answer says. What the request was charged is released besides.</summary>
    /// <param name="report">What it says.</param>
    /// <param name="at">The present.</param>
    /// <param name="longest">The longest that anything said is believed, in ticks.</param>
    /// <param name="unknown">Where the request went before the limit was known: how much this process may have under way besides; else null.</param>
    public void Hear(in QuotaReport report, in Moment at, long longest, long? unknown)
    {
        var quota = report.Limit is > 0 and <= FleetQuota.Largest and var limit ? limit : Limit.Rule.Quota;
        Resize(quota, at);
        if (report is not { Refills: false, Remaining: { } remaining, ResetAfter: > 0 and var after })
        {
            return;
        }

        after = Math.Min(after, longest);
        _longest = Math.Max(_longest, after);

        // What went before the limit was known is under way without being counted so.
        var uncounted = Math.Max(unknown.GetValueOrDefault() - Limit.Rule.Used(ref State, at), 0);
        var used = Math.Clamp(quota - remaining, 0, quota);
        var tolerance = FleetQuota.ToleranceOf(report.Window, _longest);
        var remembered = Saturating.Multiply(report.Window > 0 ? report.Window : _longest, Remembered);
        RuleOf(Limit).Hear(ref State, at, Saturating.Add(used, uncounted), Saturating.Add(at.Now, after), tolerance, remembered: unknown is null ? remembered : 0);
    }

    /// <summary>A request was counted upstream, and nobody said what is used with it.</summary>
    public static void Count(in Charge charge, in Moment at) => RuleOf(charge.Partition.Limit).Count(ref charge.Partition.State, at, charge.Cost);

    private static SharedRule RuleOf(BoundLimit limit) => (SharedRule)limit.Rule;

    /// <summary>Takes over another size, if one was said.</summary>
    private void Resize(long limit, in Moment at)
    {
        if (limit != Limit.Rule.Quota)
        {
            Limit.Change(Limit.Definition with { Rule = RuleOf(limit) }, at, _bounds);
        }
    }

    private SharedRule RuleOf(long limit) => new(new FleetQuota(_name, limit), _shared);
}
