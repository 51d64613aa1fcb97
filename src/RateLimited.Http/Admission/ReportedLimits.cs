using System.Buffers;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>
/// The limits that a service's responses told of, each with the endpoints whose responses did. Bounded: whoever writes the responses cannot make it grow. Only under the store's gate.
/// </summary>
internal sealed class ReportedLimits
{
    /// <summary>How many are kept. Those beyond are not listened to.</summary>
    private const int Most = 32;

    private const int LongestName = 32;
    private const string NamePrefix = "upstream";
    private const string CoolDownName = NamePrefix + " cool-down";

    private static readonly SearchValues<char> Plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    private readonly List<Reported> _all = [];
    private readonly Dictionary<string, BoundLimit> _coolDowns = new(StringComparer.Ordinal);

    public bool IsEmpty => _all.Count == 0;

    public IEnumerable<BoundLimit> All => _all.Select(static each => each.Limit).Concat(_coolDowns.Values);

    /// <summary>Each with the endpoints whose responses told of it.</summary>
    public IEnumerable<(BoundLimit Limit, IReadOnlyList<string> Endpoints)> Told => _all
        .Select(static each => (each.Limit, (IReadOnlyList<string>)[.. each.Endpoints]))
        .Concat(_coolDowns.Select(static each => (each.Value, (IReadOnlyList<string>)[each.Key])));

    /// <summary>Takes up one that was told of before.</summary>
    public void Restore(BoundLimit limit, IReadOnlyList<string> endpoints)
    {
        if (limit.Rule is ReportedLimit && _all.Count < Most)
        {
            _all.Add(new Reported(limit, new HashSet<string>(endpoints, StringComparer.Ordinal)));
        }
        else if (limit.Rule is CoolDown)
        {
            _coolDowns[endpoints[0]] = limit;
        }
    }

    /// <summary>Those that count the requests of an endpoint; of requests without one for an empty name.</summary>
    public IEnumerable<BoundLimit> Of(string endpoint)
    {
        var told = _all.Where(each => each.Endpoints.Contains(endpoint)).SelectMany(static each => each.OfFleet is { } ofFleet ? [each.Limit, ofFleet.Limit] : new[] { each.Limit });
        return _coolDowns.TryGetValue(endpoint, out var coolDown) ? told.Append(coolDown) : told;
    }

    /// <summary>What holds up the requests of an endpoint when the upstream asks for that. Returns null when it has to be added: see <see cref="AddCoolDown"/>.</summary>
    public BoundLimit? CoolDownOf(string endpoint) => _coolDowns.GetValueOrDefault(endpoint);

    /// <summary>Adds that: at most one for each endpoint that is configured.</summary>
    public BoundLimit AddCoolDown(string endpoint, Func<LimitDefinition, BoundLimit> create)
    {
        var added = create(new LimitDefinition(CoolDownName, UnitCost.Requests, new CoolDown()));
        _coolDowns.Add(endpoint, added);
        return added;
    }

    /// <summary>Whether the upstream reports the limit that was configured. One that is paced stays as it is: a pace reckons with a quota of its own.</summary>
    public bool Covers(BoundLimit configured) => !configured.Definition.IsPaced && _all.Exists(each =>
        string.Equals(each.Limit.Unit, configured.Unit, StringComparison.Ordinal) && !configured.Rule.IsReleased && (RuleOf(each).NamedWindow == 0 || RuleOf(each).NamedWindow == configured.Rule.Window));

    /// <summary>The limit that a report is of, or null when it has not been told of yet, or not in answer to that endpoint.</summary>
    public BoundLimit? Find(in QuotaReport report, string endpoint)
    {
        foreach (var each in _all)
        {
            if (RuleOf(each).Is(report))
            {
                return each.Endpoints.Contains(endpoint) ? each.Limit : null;
            }
        }

        return null;
    }

    /// <summary>
    /// What all processes count together of the limit that a report is of. Returns null where it cannot be counted so, or not yet: what can has a size, and an end or a
    /// rate, that have been said.
    /// </summary>
    public FleetLimit? OfFleet(in QuotaReport report, CorrectionDefinition correction, SharedService shared, PartitionBounds bounds, InProcessStore store, out bool isNew)
    {
        isNew = false;
        foreach (var each in _all)
        {
            if (!RuleOf(each).Is(report))
            {
                continue;
            }

            if (each.OfFleet is null && FleetLimit.CanBe(report))
            {
                each.OfFleet = new FleetLimit(each.Limit, report, correction, shared, bounds, store);
                isNew = true;
            }

            return each.OfFleet;
        }

        return null;
    }

    /// <summary>Notes that an endpoint's responses tell of a limit. Returns it, or null when there are too many already.</summary>
    public BoundLimit? Add(in QuotaReport report, string endpoint, CorrectionDefinition correction, Func<LimitDefinition, BoundLimit> create)
    {
        foreach (var each in _all)
        {
            if (RuleOf(each).Is(report))
            {
                each.Endpoints.Add(endpoint);
                return each.Limit;
            }
        }

        if (_all.Count == Most)
        {
            return null;
        }

        var rule = new ReportedLimit(report.Name.ToString(), report.Unit, report.NamedWindow, correction.MaxHint.Ticks, correction.IsLearned, correction.AskFirst.Ticks);
        var added = new Reported(create(new LimitDefinition(NameOf(report.Name.Span), report.Unit, rule)), new HashSet<string>(StringComparer.Ordinal) { endpoint });
        _all.Add(added);
        return added.Limit;
    }

    /// <summary>Takes over for how long what is said is believed. What was said before is kept.</summary>
    public void Believe(CorrectionDefinition correction, in Moment at, PartitionBounds bounds)
    {
        foreach (var each in _all)
        {
            each.Limit.Change(each.Limit.Definition with { Rule = RuleOf(each).Believed(correction.MaxHint.Ticks, correction.IsLearned, correction.AskFirst.Ticks) }, at, bounds);
        }
    }

    /// <summary>A name that may be shown: the upstream's own if it is a plain word.</summary>
    private static string NameOf(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= LongestName && !name.ContainsAnyExcept(Plain) ? $"{NamePrefix} {name}" : NamePrefix;

    private static ReportedLimit RuleOf(Reported each) => (ReportedLimit)each.Limit.Rule;

    private sealed record Reported(BoundLimit Limit, HashSet<string> Endpoints)
    {
        /// <summary>The same limit as all processes count it together; null where none do.</summary>
        public FleetLimit? OfFleet { get; set; }
    }
}
