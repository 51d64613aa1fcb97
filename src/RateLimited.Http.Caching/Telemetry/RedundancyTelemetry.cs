using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Caching.Telemetry;

/// <summary>What the reports on redundant requests are told to: the meter and the log category of the core. Tags are names of services and closed sets. What listeners throw is swallowed. Thread-safe.</summary>
internal sealed partial class RedundancyTelemetry
{
    /// <summary>In the order of the windows that are looked at.</summary>
    public static readonly string[] WindowTags = ["1m", "10m", "1h", "1d"];

    private static readonly Lazy<Instruments> Shared = new(static () => new Instruments(RateLimitingInstruments.SharedMeter));

    private readonly Instruments _instruments;
    private readonly ILogger _log;

    public RedundancyTelemetry(IMeterFactory? meters = null, ILoggerFactory? loggers = null)
    {
        _instruments = meters is null ? Shared.Value : new Instruments(meters.Create(new MeterOptions(RateLimitingInstruments.Name) { Version = RateLimitingInstruments.Version }));
        _log = loggers?.CreateLogger(RateLimitingInstruments.Name) ?? NullLogger.Instance;
    }

    public void Came(string service, string result)
    {
        try
        {
            _instruments.Requests.Add(1, new("service", service), new("result", result));
        }
#pragma warning disable CA1031 // Whoever listens is somebody else's code.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    public void Summarise(RedundancyReport report) => Summary(_log, report.Service, report.Verdict);

    /// <summary>Shows what is known of a service, until the object is disposed.</summary>
    public IDisposable Observe(string service, Func<RedundancyReport> report)
    {
        var observed = new Observed(_instruments.Services, service, report);
        _instruments.Services.TryAdd(observed, 0);
        return observed;
    }

    [LoggerMessage(71, LogLevel.Information, "Redundant requests of {Service}: {Verdict}")]
    private static partial void Summary(ILogger log, string service, string verdict);

    private sealed class Instruments
    {
        public Instruments(Meter meter)
        {
            Requests = meter.CreateCounter<long>("rate_limit.redundancy.requests", "{request}", "Requests that went to the service, by what was found of them.");
            meter.CreateObservableGauge("rate_limit.redundancy.ratio", Repeats, "1", "How many requests repeat one that came within the window, as a part of all.");
            meter.CreateObservableGauge("rate_limit.redundancy.savable", () => Best(static saving => saving.Share), "1", "How many requests a cache with the suggested lifetime would have answered, as a part of all.");
            meter.CreateObservableGauge("rate_limit.redundancy.lifetime", () => Best(static saving => saving.Lifetime.TotalSeconds), "s", "The lifetime beyond which a cache would save little more.");
            meter.CreateObservableGauge("rate_limit.redundancy.waiting", () => Best(static saving => saving.Time.TotalSeconds), "s", "For how long callers waited for what such a cache would have answered, today and yesterday.");
            meter.CreateObservableGauge("rate_limit.redundancy.cost", () => Best(static saving => saving.Units.GetValueOrDefault("usd")), "{USD}", "What that cost, where it is known.");
        }

        public Counter<long> Requests { get; }

        public ConcurrentDictionary<Observed, byte> Services { get; } = [];

        private IEnumerable<Measurement<double>> Repeats() =>
            from service in Services.Keys
            from window in service.Report().Windows.Zip(WindowTags)
            select new Measurement<double>(window.First.Share, new("service", service.Service), new("window", window.Second));

        /// <summary>Of what a cache with the suggested lifetime would have saved; of services where it would have saved nothing, nothing.</summary>
        private IEnumerable<Measurement<double>> Best(Func<CacheSaving, double> figure) =>
            from service in Services.Keys
            let report = service.Report()
            where report.SuggestedLifetime is not null
            let saving = report.Savings.First(saving => saving.Lifetime == report.SuggestedLifetime)
            select new Measurement<double>(figure(saving), new KeyValuePair<string, object?>("service", service.Service));
    }

    private sealed class Observed(ConcurrentDictionary<Observed, byte> services, string service, Func<RedundancyReport> report) : IDisposable
    {
        public string Service { get; } = service;

        public Func<RedundancyReport> Report { get; } = report;

        public void Dispose() => services.TryRemove(this, out _);
    }
}
