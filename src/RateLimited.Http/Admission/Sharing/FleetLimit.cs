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
    private readonly bool _flowsBack;
    private RefillWindow _window;
    private long _longest;
    private long _patience;
    private long _longestHint;

    /// <param name="told">The limit as the process knows it by itself.</param>
    /// <param name="report">What is said of it.</param>
    /// <param name="correction">How far what is said is believed, and how long is asked first.</param>
    /// <param name="shared">Who asks the store.</param>
    /// <param name="bounds">How many partitions a limit keeps.</param>
    /// <param name="store">Where the state lives that is this process's.</param>
    public FleetLimit(BoundLimit told, in QuotaReport report, CorrectionDefinition correction, SharedService shared, PartitionBounds bounds, InProcessStore store)
    {
        (_shared, _bounds, _patience, _longestHint) = (shared, bounds, correction.AskFirst.Ticks, correction.MaxHint.Ticks);
        (_flowsBack, _window) = (FlowsBack(report), default(RefillWindow).Hear(report));
        _name = $"{report.Name.ToString().ToUpperInvariant()}/{report.NamedWindow}";
        Limit = new BoundLimit(told.Definition with { Rule = RuleOf(report.Limit.GetValueOrDefault()) }, told.Scope, told.ScopeName, bounds, store);
    }

    public BoundLimit Limit { get; }

    private ref LimitState State => ref Limit.Only!.State;

    /// <summary>Whether a report says enough: when a window ends, or in how much time what flows back all the time does.</summary>
    public static bool CanBe(in QuotaReport report) => report is { Limit: > 0 and <= FleetRule.Largest and var limit, Remaining: not null }
        && (FlowsBack(report) ? FleetBucket.IsExact(limit, default(RefillWindow).Hear(report).Ticks) : report.ResetAfter > 0);

    /// <summary>Takes in what an answer says. What the request was charged is released besides.</summary>
    /// <param name="report">What it says.</param>
    /// <param name="at">The present.</param>
    /// <param name="correction">How far what is said is believed, and how long is asked first.</param>
    /// <param name="cost">What the request was charged by the limit; zero where it went before that was known.</param>
    /// <param name="others">How many requests of this process are under way besides.</param>
    public void Hear(in QuotaReport report, in Moment at, CorrectionDefinition correction, long cost, long others)
    {
        var quota = report.Limit is > 0 and <= FleetRule.Largest and var limit ? limit : Limit.Rule.Quota;
        var window = _flowsBack ? _window.Hear(report) : default;
        if (_flowsBack && !FleetBucket.IsExact(quota, window.Ticks))
        {
            return;
        }

        Resize(quota, window, correction, at);
        if (report.Remaining is not { } remaining || FlowsBack(report) != _flowsBack)
        {
            return;
        }

        // What went before the limit was known is under way without being counted so.
        var uncounted = cost > 0 ? 0 : Math.Max(others - Limit.Rule.Used(ref State, at), 0);
        var used = Saturating.Add(Math.Clamp(quota - remaining, 0, quota), uncounted);
        if (!_flowsBack)
        {
            HearWindow(report, at, used, cost);
        }
        else if (window.Ticks / quota <= _longestHint)
        {
            RuleOf(Limit).HearLevel(ref State, at, used, isCounted: cost > 0, report.IsOfRefusal && cost > 0);
        }
    }

    /// <summary>A request was counted upstream, and nobody said what is used with it.</summary>
    public static void Count(in Charge charge, in Moment at) => RuleOf(charge.Partition.Limit).Count(ref charge.Partition.State, at, charge.Cost);

    /// <summary>Whether the quota flows back all the time, or is as if it did: of a window that has a length and no end nobody knows better, and that is never too much.</summary>
    private static bool FlowsBack(in QuotaReport report) => report.Refills || report.ResetAfter is null;

    private static SharedRule RuleOf(BoundLimit limit) => (SharedRule)limit.Rule;

    private void HearWindow(in QuotaReport report, in Moment at, long used, long cost)
    {
        var after = Math.Min(report.ResetAfter.GetValueOrDefault(), _longestHint);
        if (after <= 0)
        {
            return;
        }

        _longest = Math.Max(_longest, after);
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

    /// <summary>Takes over another size and window, if they were said, and other options, if those were configured.</summary>
    private void Resize(long limit, in RefillWindow window, CorrectionDefinition correction, in Moment at)
    {
        var (patience, longestHint) = (correction.AskFirst.Ticks, correction.MaxHint.Ticks);
        var isAsItWas = limit == Limit.Rule.Quota && window.Ticks == _window.Ticks && patience == _patience && longestHint == _longestHint;
        (_window, _patience, _longestHint) = (window, patience, longestHint);
        if (!isAsItWas)
        {
            Limit.Change(Limit.Definition with { Rule = RuleOf(limit) }, at, _bounds);
        }
    }

    private SharedRule RuleOf(long limit) => new(_flowsBack ? new FleetBucket(_name, limit, _window.Ticks, _longestHint, parts: 1, _patience) { Refill = _window } : new FleetQuota(_name, limit, parts: 1, _patience), _shared);
}
