using RateLimited.Http.Caching.Telemetry;

namespace RateLimited.Http.Caching.Redundancy;

/// <summary>The report of one service, for all its clients and for as long as the container lives. Thread-safe.</summary>
internal sealed class WatchedRequests : IRedundancyReporter, IDisposable
{
    private static readonly TimeSpan SummaryInterval = TimeSpan.FromHours(1);

    private readonly TimeProvider _time;
    private readonly RedundancyTelemetry _telemetry;
    private readonly IDisposable _observation;
    private readonly long _origin;
    private readonly Lock _lock = new();
    private volatile Watching? _watching;
    private RedundancyTally _tally = new(new RedundancyRules().Fingerprints);
    private int _size = new RedundancyRules().Fingerprints;
    private long _summaryDueAt = SummaryInterval.Ticks;

    public WatchedRequests(string service, TimeProvider time, RedundancyTelemetry telemetry)
    {
        (Service, _time, _telemetry, _origin) = (service, time, telemetry, time.GetTimestamp());
        _observation = telemetry.Observe(service, GetReport);
    }

    public string Service { get; }

    /// <summary>What is configured now; null while nothing is looked at.</summary>
    public Watching? Current => _watching;

    /// <summary>Elapsed time since it began.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_origin);

    public void Apply(RedundancyRules? rules)
    {
        lock (_lock)
        {
            if (rules is not null && rules.Fingerprints != _size)
            {
                (_tally, _size) = (new RedundancyTally(rules.Fingerprints), rules.Fingerprints);
            }

            _watching = rules is null ? null : new Watching(rules, _tally);
        }
    }

    public RedundancyReport GetReport()
    {
        lock (_lock)
        {
            return _tally.Report(Service, Now);
        }
    }

    /// <summary>Says once an hour, while requests come, what is known.</summary>
    public void Summarise(TimeSpan now)
    {
        var due = Interlocked.Read(ref _summaryDueAt);
        if (now.Ticks >= due && Interlocked.CompareExchange(ref _summaryDueAt, (now + SummaryInterval).Ticks, due) == due)
        {
            _telemetry.Summarise(GetReport());
        }
    }

    public void Came(string result) => _telemetry.Came(Service, result);

    public void Dispose() => _observation.Dispose();

    /// <summary>What is configured, and where it is counted.</summary>
    internal sealed record Watching(RedundancyRules Rules, RedundancyTally Tally);
}
