using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Alerts.Readings;

/// <summary>
/// Listens to those instruments of the meter RateLimited.Http that rules need, of one container and of what knows no container. A measurement costs a look at its tags and an addition, and allocates nothing once its
/// service is known. Thread-safe.
/// </summary>
internal sealed class MeterCounts : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, ServiceCounters> _services = new(StringComparer.Ordinal);
    private readonly Lock _collecting = new();
    private readonly List<BudgetShare> _budgets = [];
    private long _batches;
    private long _batchesFailed;

    /// <summary>What is done with a measurement of one instrument.</summary>
    private delegate void Take(MeterCounts counts, double value, in MeasurementTags tags);

    public MeterCounts(IMeterFactory? meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name is RateLimitingInstruments.Name && (instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, meters)) && TakerOf(instrument.Name) is { } take)
            {
                listener.EnableMeasurementEvents(instrument, take);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, take) => ((Take)take!)(this, value, MeasurementTags.Of(tags)));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, take) => ((Take)take!)(this, value, MeasurementTags.Of(tags)));
        _listener.Start();
    }

    /// <summary>Calls of batches since the start, and those of them that failed.</summary>
    public long[] Batches() => [Interlocked.Read(ref _batches), Interlocked.Read(ref _batchesFailed)];

    /// <summary>What was counted of a service since the start.</summary>
    public long[] Of(string service) => CountersOf(service).Read();

    /// <summary>Begins anew with a service that is not configured any more, should it come back.</summary>
    public void Forget(string service) => _services.TryRemove(service, out _);

    /// <summary>How much of each budget is spent now, and comes to be.</summary>
    public IReadOnlyList<BudgetShare> Budgets()
    {
        lock (_collecting)
        {
            _budgets.Clear();
            _listener.RecordObservableInstruments();
            return [.. _budgets];
        }
    }

    public void Dispose() => _listener.Dispose();

    private static Take? TakerOf(string instrument) => instrument switch
    {
        "rate_limit.checks" => static (MeterCounts counts, double value, in MeasurementTags tags) => counts.Checked((long)value, tags),
        "rate_limit.unexpected_429" => static (MeterCounts counts, double value, in MeasurementTags tags) => counts.CountersOf(tags.Service).Add(ServiceCounters.Unexpected429, (long)value),
        "resilience.circuit.changes" => static (MeterCounts counts, double value, in MeasurementTags tags) => counts.CircuitChanged((long)value, tags),
        "rate_limit.attempt.duration" => static (MeterCounts counts, double value, in MeasurementTags tags) => counts.Attempted(value, tags),
        "rate_limit.store.duration" => static (MeterCounts counts, double value, in MeasurementTags tags) =>
            counts.CountersOf(tags.Service).Add(ServiceCounters.StoreDurations + DurationCounts.BucketOf(value * 1_000), 1),
        "ai.batch.size" => static (MeterCounts counts, double _, in MeasurementTags tags) => counts.BatchSent(tags),
        "ai.budget.ratio" => static (MeterCounts counts, double value, in MeasurementTags tags) => counts._budgets.Add(new BudgetShare(tags.Service, tags.Budget, 100 * value, IsProjection: false)),
        "ai.budget.projection" => static (MeterCounts counts, double value, in MeasurementTags tags) => counts._budgets.Add(new BudgetShare(tags.Service, tags.Budget, 100 * value, IsProjection: true)),
        _ => null,
    };

    private void Checked(long requests, in MeasurementTags tags)
    {
        var service = CountersOf(tags.Service);
        service.Add(ServiceCounters.Checks, requests);
        if (tags.Result is "waited" or "refused")
        {
            service.Add(ServiceCounters.Limited, requests);
        }
    }

    private void CircuitChanged(long changes, in MeasurementTags tags)
    {
        if (tags.State is "open")
        {
            CountersOf(tags.Service).Add(ServiceCounters.Trips, changes);
        }
    }

    private void BatchSent(in MeasurementTags tags)
    {
        Interlocked.Increment(ref _batches);
        if (tags.Result is "failed")
        {
            Interlocked.Increment(ref _batchesFailed);
        }
    }

    private void Attempted(double seconds, in MeasurementTags tags)
    {
        // Whoever gave up did so for reasons of its own.
        if (tags.Result is "given_up")
        {
            return;
        }

        var service = CountersOf(tags.Service);
        service.Add(ServiceCounters.Attempts, 1);
        service.Add(ServiceCounters.Durations + DurationCounts.BucketOf(seconds * 1_000), 1);
        if (tags.Result is "server_error" or "failed")
        {
            service.Add(ServiceCounters.Errors, 1);
        }
    }

    private ServiceCounters CountersOf(string service) => _services.GetOrAdd(service, static _ => new ServiceCounters());
}
