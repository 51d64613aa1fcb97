using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Redis.Watching;

/// <summary>Adds up what processes say, and takes nothing from them that is not what it should be: Redis may hold what another program wrote. Pure.</summary>
internal static class FleetSum
{
    /// <summary>How many alerts a process tells of.</summary>
    public const int MostAlerts = 30;

    public const int MostModels = 64;

    private const int LongestText = 300;

    /// <summary>Beyond it a double holds no whole numbers any more.</summary>
    private const double Most = 1L << 53;

    public static FleetStatus Of(string service, DateTimeOffset at, IReadOnlyCollection<ProcessReport> reports) => new()
    {
        Service = service,
        At = at,
        Fault = null,
        Processes = reports.Count,
        Checks = Counts(TagValues.Results, reports.Select(static report => report.Checks)),
        Refusals = Counts(TagValues.Reasons, reports.Select(static report => report.Refusals)),
        Unexpected429 = Count(reports.Sum(static report => Bounded(report.Unexpected429))),
        SpendUsd = reports.SelectMany(static report => report.SpendUsd.Take(MostModels)).Where(static spend => spend.Key.Length <= LongestText)
            .GroupBy(static spend => spend.Key, StringComparer.Ordinal).Take(MostModels)
            .ToDictionary(static group => group.Key, static group => group.Sum(static spend => Bounded(spend.Value)), StringComparer.Ordinal),
        InFlight = Count(reports.Sum(static report => Bounded(report.InFlight))),
        Waiting = Count(reports.Sum(static report => Bounded(report.Waiting))),
        Alerts =
        [
            .. reports.SelectMany(static report => report.Alerts.Take(MostAlerts)).Where(static alert => alert is { Id: not null, Rule: not null, Summary: not null }).Select(alert => Cut(alert, service))
                .OrderBy(static alert => alert.RecoveredAt is not null).ThenByDescending(static alert => alert.RecoveredAt ?? alert.FiredAt),
        ],
        Keys =
        [
            .. reports.SelectMany(static report => report.Keys.Where(static key => key is { Name.Length: > 0 and <= LongestText } && TagValues.KeyStates.Contains(key.State, StringComparer.Ordinal)).DistinctBy(static key => key.Name, StringComparer.Ordinal).Take(KeyReport.Most))
                .GroupBy(static key => key.Name!, StringComparer.Ordinal).OrderBy(static group => group.Key, StringComparer.Ordinal).Take(KeyReport.Most)
                .Select(static group => KeyOf(group.Key, [.. group])),
        ],
    };

    /// <summary>What one process has counted.</summary>
    public static FleetFlow FlowOf(ProcessReport report) => new(
        Count(CountOf(report, "admitted") + CountOf(report, "waited") + CountOf(report, "dry_run")),
        Count(CountOf(report, "refused")),
        Count(Bounded(report.Unexpected429)));

    /// <summary>Nobody was heard of, or not this time.</summary>
    public static FleetStatus Unheard(string service, FleetStatus? last, string? fault) => (last ?? Of(service, default, []) with { At = null }) with { Fault = fault };

    private static Dictionary<string, long> Counts(string[] known, IEnumerable<IReadOnlyDictionary<string, double>> counts) =>
        counts.SelectMany(static each => each).Where(count => Array.IndexOf(known, count.Key) >= 0)
            .GroupBy(static count => count.Key, StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => Count(group.Sum(static count => Bounded(count.Value))), StringComparer.Ordinal);

    private static double CountOf(ProcessReport report, string result) => Bounded(report.Checks.GetValueOrDefault(result));

    private static FleetKey KeyOf(string name, IReadOnlyCollection<KeyReport> keys) => new()
    {
        Name = name,
        States = keys.CountBy(static key => key.State!, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal),
        Headroom = Math.Clamp(keys.Min(static key => Bounded(key.Headroom)), 0, 1),
        InFlight = Count(keys.Sum(static key => Bounded(key.InFlight))),
        Requests = Count(keys.Sum(static key => Bounded(key.Requests))),
        Moved = Count(keys.Sum(static key => Bounded(key.Moved))),
    };

    private static double Bounded(double value) => double.IsFinite(value) ? Math.Clamp(value, 0, Most) : 0;

    private static long Count(double value) => (long)Math.Min(value, Most);

    private static Alert Cut(Alert alert, string service) => alert with
    {
        Id = Cut(alert.Id),
        Rule = Cut(alert.Rule),
        Service = service,
        Subject = alert.Subject is { } subject ? Cut(subject) : null,
        Summary = Cut(alert.Summary),
        AcknowledgedBy = alert.AcknowledgedBy is { } by ? Cut(by) : null,
        Value = double.IsFinite(alert.Value) ? alert.Value : 0,
    };

    private static string Cut(string text) => text.Length > LongestText ? text[..LongestText] : text;
}
