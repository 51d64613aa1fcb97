using RateLimited.Http.Telemetry;
using RateLimited.Http.Telemetry.Traffic;

namespace RateLimited.Http.Redis.Watching;

/// <summary>
/// Adds up whose the requests of several processes were, and takes nothing from them that is not what it should be. Each tells its names with most requests: of a name that one does not tell it may have had as many as the last
/// that it does tell, or as all that it tells of nobody, whichever is less; and by so much together a sum may be short (merging heavy hitters: Agarwal and others, Mergeable summaries, 2012). Pure.
/// </summary>
internal static class TrafficSum
{
    /// <summary>How many names stand by themselves in the sum.</summary>
    public const int Names = 10;

    /// <summary>How many refusals are kept of all.</summary>
    public const int Refusals = TrafficCounts.RefusalsKept;

    private const int LongestText = TopShares.LongestName;

    /// <summary>So many can be added up for a thousand processes and none is lost.</summary>
    private const long Most = 1L << 42;

    /// <param name="service">The service's name.</param>
    /// <param name="at">When they were heard of: nothing has happened since.</param>
    /// <param name="reports">What each process says.</param>
    /// <returns>Null where nobody says anything.</returns>
    public static ServiceTraffic? Of(string service, DateTimeOffset at, IReadOnlyCollection<TrafficReport> reports) => reports.Count == 0 ? null : new ServiceTraffic
    {
        Service = service,
        Processes = reports.Count,
        Tenants = Sum(at, [.. reports.Select(static report => report.Tenants)]),
        Endpoints = Sum(at, [.. reports.Select(static report => report.Endpoints)]),
        Refusals =
        [
            .. reports.SelectMany(static report => (report.Refusals ?? []).Take(TrafficReport.Most)).Where(static refusal => refusal is not null && TagValues.Reasons.Contains(refusal.Reason, StringComparer.Ordinal) && TagValues.Priorities.Contains(refusal.Priority, StringComparer.Ordinal))
                .Select(refusal => Cut(refusal, at)).OrderByDescending(static refusal => refusal.At).Take(Refusals),
        ],
    };

    private static TrafficShares Sum(DateTimeOffset at, IReadOnlyCollection<TrafficShares?> told)
    {
        TrafficShares[] shares = [.. told.OfType<TrafficShares>().Select(Sane)];
        return new TrafficShares
        {
            Since = shares.Select(share => share.Since < at ? share.Since : at).DefaultIfEmpty(at).Min(),
            Admitted = shares.Sum(static share => share.Admitted),
            Refused = shares.Sum(static share => share.Refused),
            Top =
            [
                .. shares.SelectMany(static share => share.Top).GroupBy(static share => share.Name, StringComparer.Ordinal)
                    .Select(static group => new TrafficShare(group.Key, group.Sum(static share => share.Admitted), group.Sum(static share => share.Refused)))
                    .OrderByDescending(static share => share.Admitted + share.Refused).ThenBy(static share => share.Name, StringComparer.Ordinal)
                    .Take(Names),
            ],
            Missed = shares.Sum(MissedBy),
        };
    }

    /// <summary>By how much at most a name has had more of a process's requests than it tells.</summary>
    private static long MissedBy(TrafficShares shares)
    {
        var rest = shares.Admitted + shares.Refused - shares.Top.Sum(static share => share.Admitted + share.Refused);
        return shares.Top is [.., var last] ? Math.Min(rest, last.Admitted + last.Refused + shares.Missed) : rest;
    }

    /// <summary>Numbers that can be true together, and as many names as a process tells of.</summary>
    private static TrafficShares Sane(TrafficShares shares)
    {
        TrafficShare[] top =
        [
            .. (shares.Top ?? []).Where(static share => share is not null).Take(TrafficReport.Most)
                .Select(static share => new TrafficShare(share.Name is { } name ? Cut(name) : null, Bounded(share.Admitted), Bounded(share.Refused)))
                .OrderByDescending(static share => share.Admitted + share.Refused),
        ];
        return shares with
        {
            Top = top,
            Admitted = Math.Max(Bounded(shares.Admitted), top.Sum(static share => share.Admitted)),
            Refused = Math.Max(Bounded(shares.Refused), top.Sum(static share => share.Refused)),
            Missed = Bounded(shares.Missed),
        };
    }

    private static TrafficRefusal Cut(TrafficRefusal refusal, DateTimeOffset at) => refusal with
    {
        At = refusal.At < at ? refusal.At : at,
        Limit = refusal.Limit is { } limit ? Cut(limit) : null,
        Endpoint = refusal.Endpoint is { } endpoint ? Cut(endpoint) : null,
        Tenant = refusal.Tenant is { } tenant ? Cut(tenant) : null,
        Key = refusal.Key is { } key ? Cut(key) : null,
    };

    private static long Bounded(long count) => Math.Clamp(count, 0, Most);

    private static string Cut(string text) => text.Length > LongestText ? text[..LongestText] : text;
}
