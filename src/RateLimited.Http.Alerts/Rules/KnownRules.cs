using RateLimited.Http.Alerts.Readings;

namespace RateLimited.Http.Alerts.Rules;

/// <summary>All rules there are. Those that have an alert of monitoring/prometheus beside them see the same.</summary>
internal static class KnownRules
{
    public const int Enough = 20;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    public static IReadOnlyList<AlertRule> All { get; } =
    [
        Of("UsageHigh", RuleUnit.Percent, AlertSeverity.Warning, above: 80, recoverAt: 75, FiveMinutes, static (service, _) => service.Usage, static (limit, value) => $"the limit {limit} is used to {value}"),
        Of("UsageCritical", RuleUnit.Percent, AlertSeverity.Critical, above: 95, recoverAt: 90, FiveMinutes, static (service, _) => service.Usage, static (limit, value) => $"the limit {limit} is used to {value}"),
        Of("SustainedLimiting", RuleUnit.Percent, AlertSeverity.Warning, above: 50, recoverAt: 40, TimeSpan.FromMinutes(15), static (service, least) => Share(service.Limited, service.Checks, least), static (_, value) => $"{value} of the requests wait or are refused") with { CountsCalls = true },
        Of("Unexpected429", RuleUnit.Number, AlertSeverity.Critical, above: 0, recoverAt: 0, TimeSpan.Zero, static (service, _) => One(service.Unexpected429), static (_, value) => $"responses with status 429 within five minutes, to requests that the limits had admitted: {value}"),
        Of("ErrorRate", RuleUnit.Percent, AlertSeverity.Critical, above: 5, recoverAt: 2.5, FiveMinutes, static (service, least) => Share(service.Errors, service.Attempts, least), static (_, value) => $"{value} of the attempts fail") with { CountsCalls = true },
        Of("LineFull", RuleUnit.Percent, AlertSeverity.Warning, above: 80, recoverAt: 60, Minute, static (service, _) => Share(service.Waiting, service.LineCapacity, least: 1), static (_, value) => $"the line is {value} full"),
        Of("BreakerTrips", RuleUnit.Number, AlertSeverity.Critical, above: 3, recoverAt: 0, TimeSpan.Zero, static (service, _) => One(service.TripsInAMinute), static (_, value) => $"the circuit opened {value} times within a minute"),
        Of("ResponseTime", RuleUnit.Milliseconds, AlertSeverity.Warning, above: 500, recoverAt: 400, FiveMinutes, static (service, least) => One(service.Durations.Quantile(0.95, least)), static (_, value) => $"one of twenty attempts takes {value} or longer") with { CountsCalls = true },
        Of("RedisLatency", RuleUnit.Milliseconds, AlertSeverity.Warning, above: 100, recoverAt: 80, FiveMinutes, static (service, least) => One(service.StoreDurations.Quantile(0.99, least)), static (_, value) => $"one of a hundred exchanges with the shared store takes {value} or longer") with { CountsCalls = true },
        Of("KeyExhausted", RuleUnit.State, AlertSeverity.Warning, above: 0, recoverAt: 0, FiveMinutes, static (service, _) => Keys(service, static state => state is KeyState.Exhausted), static (key, _) => $"the key {key} is exhausted"),
        Of("KeyDisabled", RuleUnit.State, AlertSeverity.Critical, above: 0, recoverAt: 0, Minute, static (service, _) => Keys(service, static state => state is KeyState.Error or KeyState.Disabled), static (key, _) => $"the key {key} is not accepted"),
        Of("AllKeysOut", RuleUnit.State, AlertSeverity.Critical, above: 0, recoverAt: 0, Minute, static (service, _) => AllKeys(service), static (_, _) => "no key is active"),
        Of("BudgetHigh", RuleUnit.Percent, AlertSeverity.Warning, above: 80, recoverAt: 75, TimeSpan.Zero, static (service, _) => service.Budgets, static (budget, value) => $"{value} of the {budget} are spent"),
        Inclusive(Of("BudgetSpent", RuleUnit.Percent, AlertSeverity.Critical, above: 100, recoverAt: 95, TimeSpan.Zero, static (service, _) => service.Budgets, static (budget, value) => $"the {budget} is spent ({value})")),
        Of("ProjectedOverrun", RuleUnit.Percent, AlertSeverity.Warning, above: 100, recoverAt: 95, TimeSpan.FromMinutes(15), static (service, _) => service.Projections, static (budget, value) => $"the {budget} comes to {value} at its period's end if spending goes on as it has"),
        OfProcess("BatchFailures", RuleUnit.Percent, AlertSeverity.Warning, above: 10, recoverAt: 5, FiveMinutes, static (process, least) => Share(process.BatchesFailed, process.Batches, least), static (_, value) => $"{value} of the calls of batches fail") with { CountsCalls = true },
        OfProcess("MemoryHigh", RuleUnit.Megabytes, AlertSeverity.Warning, above: 40, recoverAt: 36, Minute, static (process, _) => One(process.Megabytes), static (_, value) => $"limits and lines hold about {value}"),
        OfProcess("MemoryCritical", RuleUnit.Megabytes, AlertSeverity.Critical, above: 50, recoverAt: 45, Minute, static (process, _) => One(process.Megabytes), static (_, value) => $"limits and lines hold about {value}"),
    ];

    private static AlertRule Of(
        string name, RuleUnit unit, AlertSeverity severity, double above, double recoverAt, TimeSpan forDuration, Func<ServiceReading, int, IEnumerable<Measured>> of, Func<string?, string, string> says) =>
        Rule(name, unit, severity, above, recoverAt, forDuration, says) with { OfService = of };

    private static AlertRule OfProcess(
        string name, RuleUnit unit, AlertSeverity severity, double above, double recoverAt, TimeSpan forDuration, Func<ProcessReading, int, IEnumerable<Measured>> of, Func<string?, string, string> says) =>
        Rule(name, unit, severity, above, recoverAt, forDuration, says) with { OfProcess = of };

    private static AlertRule Rule(string name, RuleUnit unit, AlertSeverity severity, double above, double recoverAt, TimeSpan forDuration, Func<string?, string, string> says) => new()
    {
        Name = name,
        Unit = unit,
        Says = says,
        Defaults = new RuleSettings { Enabled = true, Severity = severity, Above = above, RecoverAt = recoverAt, For = forDuration, RecoverFor = forDuration < Minute ? Minute : forDuration, MinimumCalls = Enough },
    };

    private static AlertRule Inclusive(AlertRule rule) => rule with { Defaults = rule.Defaults with { IncludesThreshold = true } };

    private static IEnumerable<Measured> One(double? value) => [new(Subject: null, value)];

    private static IEnumerable<Measured> Share(long part, long whole, int least) => One(whole >= least && whole > 0 ? 100.0 * part / whole : null);

    private static IEnumerable<Measured> Keys(ServiceReading service, Func<KeyState, bool> isOut) => service.Keys.Select(key => new Measured(key.Name, isOut(key.State) ? 1 : 0));

    private static IEnumerable<Measured> AllKeys(ServiceReading service) => service.Keys.Count == 0 ? [] : One(service.Keys.All(static key => key.State != KeyState.Active) ? 1 : 0);
}
