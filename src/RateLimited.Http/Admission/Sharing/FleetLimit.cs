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
    private long _patience;

    /// <param name="told">The limit as the process knows it by itself.</param>
    /// <param name="report">What is said of it.</param>
    /// <param name="patience">For how long a window is taken for one that others use too that is not known to be ours alone, in ticks.</param>
    /// <param name="shared">Who asks the store.</param>
    /// <param name="bounds">How many partitions a limit keeps.</param>
    /// <param name="store">Where the state lives that is this process's.</param>
    public FleetLimit(BoundLimit told, in QuotaReport report, long patience, SharedService shared, PartitionBounds bounds, InProcessStore store)
    {
        (_shared, _bounds, _patience) = (shared, bounds, patience);
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
    /// <param name="correction">How far what is said is believed, and how long is asked first.</param>
    /// <param name="cost">What the request was charged by the limit; zero where it went before that was known.</param>
    /// <param name="others">How many requests of this process are under way besides.</param>
    public void Hear(in QuotaReport report, in Moment at, CorrectionDefinition correction, long cost, long others)
    {
        var quota = report.Limit is > 0 and <= FleetQuota.Largest and var limit ? limit : Limit.Rule.Quota;
        Resize(quota, correction.AskFirst.Ticks, at);
        if (report is not { Refills: false, Remaining: { } remaining, ResetAfter: > 0 and var after })
        {
            return;
        }

        after = Math.Min(after, correction.MaxHint.Ticks);
        _longest = Math.Max(_longest, after);

        // What went before the limit was known is under way without being counted so.
        var uncounted = cost > 0 ? 0 : Math.Max(others - Limit.Rule.Used(ref State, at), 0);
        var used = Saturating.Add(Math.Clamp(quota - remaining, 0, quota), uncounted);
        var tolerance = FleetQuota.ToleranceOf(report.Window, _longest);
        var remembered = Saturating.Multiply(report.Window > 0 ? report.Window : _longest, Remembered);

        // What requests cost of another unit is an estimate. If they cost more, nobody else took it.
        var isExact = cost > 0 && string.Equals(Limit.Unit, UnitCost.Requests, StringComparison.Ordinal);
        RuleOf(Limit).Hear(ref State, at, used, Saturating.Add(at.Now, after), tolerance, remembered: isExact ? remembered : 0);
        if (FleetQuota.ShowsOthers(report, cost))
        {
            RuleOf(Limit).Share(ref State, Saturating.Add(at.Now, remembered));
        }
    }

    /// <summary>A request was counted upstream, and nobody said what is used with it.</summary>
    public static void Count(in Charge charge, in Moment at) => RuleOf(charge.Partition.Limit).Count(ref charge.Partition.State, at, charge.Cost);

    private static SharedRule RuleOf(BoundLimit limit) => (SharedRule)limit.Rule;

    /// <summary>Takes over another size, if one was said, and another patience, if one was configured.</summary>
    private void Resize(long limit, long patience, in Moment at)
    {
        if (limit != Limit.Rule.Quota || patience != _patience)
        {
            _patience = patience;
            Limit.Change(Limit.Definition with { Rule = RuleOf(limit) }, at, _bounds);
        }
    }

    private SharedRule RuleOf(long limit) => new(new FleetQuota(_name, limit, parts: 1, _patience), _shared);
}
