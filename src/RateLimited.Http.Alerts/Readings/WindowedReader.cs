using RateLimited.Http.Alerts.Rules;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Alerts.Readings;

/// <summary>Reads all services and what was counted of them lately. Not thread-safe: one watches.</summary>
internal sealed class WindowedReader(ServiceRegistry registry, MeterCounts counts)
{
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private const double Megabyte = 1_000_000;

    private readonly Dictionary<string, CountWindow> _windows = new(StringComparer.Ordinal);
    private CountWindow? _batches;
    private TimeSpan _lastRead;

    public Reading Read(TimeSpan now)
    {
        var budgets = counts.Budgets();
        var (services, names) = (new List<ServiceReading>(), registry.Services);
        var bytes = 0L;
        foreach (var name in names)
        {
            var status = registry.Limiter(name).GetStatus();
            services.Add(Read(status, budgets, now));
            bytes += status.Bytes;
        }

        foreach (var gone in _windows.Keys.Except(names, StringComparer.Ordinal).ToList())
        {
            _windows.Remove(gone);
            counts.Forget(gone);
        }

        _batches ??= new CountWindow(FiveMinutes, _lastRead, counters: 2);
        _batches.Add(now, counts.Batches());
        var batches = _batches.Within(FiveMinutes);
        _lastRead = now;
        return new Reading(new ProcessReading { Batches = batches[0], BatchesFailed = batches[1], Megabytes = bytes / Megabyte }, services);
    }

    private ServiceReading Read(ServiceStatus status, IReadOnlyList<BudgetShare> budgets, TimeSpan now)
    {
        if (!_windows.TryGetValue(status.Service, out var window))
        {
            _windows.Add(status.Service, window = new CountWindow(FiveMinutes, _lastRead, ServiceCounters.Length));
        }

        window.Add(now, counts.Of(status.Service));
        var counted = window.Within(FiveMinutes);
        return new ServiceReading
        {
            Name = status.Service,
            Usage = UsageOf(status),
            Keys = [.. status.Keys.Select(static key => (key.Name, key.State))],
            Budgets = Shares(budgets, status.Service, isProjection: false),
            Projections = Shares(budgets, status.Service, isProjection: true),
            Waiting = status.Line.Sum(static line => line.Waiting),
            LineCapacity = status.LineCapacity,
            Checks = counted[ServiceCounters.Checks],
            Limited = counted[ServiceCounters.Limited],
            Unexpected429 = counted[ServiceCounters.Unexpected429],
            TripsInAMinute = window.Within(Minute)[ServiceCounters.Trips],
            Attempts = counted[ServiceCounters.Attempts],
            Errors = counted[ServiceCounters.Errors],
            Durations = new DurationCounts(counted.AsMemory(ServiceCounters.Durations, DurationCounts.Buckets)),
            StoreDurations = new DurationCounts(counted.AsMemory(ServiceCounters.StoreDurations, DurationCounts.Buckets)),
        };
    }

    /// <summary>Where two endpoints have a limit of the same name, the fuller speaks for both. What is held or spread is meant to be used wholly.</summary>
    private static Measured[] UsageOf(ServiceStatus status) =>
        [.. status.Limits.Where(static limit => limit is { ResetAfter: not null, IsPaced: false, Quota: > 0 }).GroupBy(static limit => limit.Name, StringComparer.Ordinal)
            .Select(static limits => new Measured(limits.Key, limits.Max(static limit => 100.0 * limit.Used / limit.Quota)))];

    private static Measured[] Shares(IReadOnlyList<BudgetShare> budgets, string service, bool isProjection) =>
        [.. budgets.Where(budget => budget.IsProjection == isProjection && budget.Service.Equals(service, StringComparison.OrdinalIgnoreCase)).Select(static budget => new Measured(budget.Budget, budget.Percent))];
}
