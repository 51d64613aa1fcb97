using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace RateLimited.Http.Telemetry;

/// <summary>The instruments of one meter. Their names and units are those of docs/reference/metrics.md, which a test compares with them.</summary>
internal sealed class RateLimitingInstruments
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "RateLimited.Http";

    public static readonly string? Version = typeof(RateLimitingInstruments).Assembly.GetName().Version?.ToString(3);

    public static readonly ActivitySource Activities = new(Name, Version);

    /// <summary>The meter of programs that have no <see cref="IMeterFactory"/>, and of what is made without a container.</summary>
    public static readonly Meter SharedMeter = new(Name, Version);

    private static readonly Lazy<RateLimitingInstruments> SharedInstruments = new(static () => new RateLimitingInstruments(SharedMeter));

    // From microseconds to the ten minutes after which nobody waits for an answer any more.
    private static readonly double[] WaitBoundaries = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

    // Fine around 1, where an estimate is good, and wide enough on both sides for those that are not.
    private static readonly double[] RatioBoundaries = [0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 4, 10];

    // A store answers in a fraction of a millisecond, or something is wrong with it.
    private static readonly double[] StoreBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

    /// <param name="meter">The meter.</param>
    /// <param name="time">The time of whoever collects; null for the system's.</param>
    public RateLimitingInstruments(Meter meter, TimeProvider? time = null)
    {
        Time = time ?? TimeProvider.System;
        // An annotation in braces and the unit 1 leave no suffix in Prometheus, seconds leave _seconds: that is how the exported names come out.
        Checks = meter.CreateCounter<long>("rate_limit.checks", "{request}", "Requests that came to the limits, by what became of them.");
        Refusals = meter.CreateCounter<long>("rate_limit.refusals", "{request}", "Requests refused on this side, by reason.");
        WaitDuration = Histogram(meter, "rate_limit.wait.duration", "s", "Time in line of requests that waited and went.", WaitBoundaries);
        AttemptDuration = Histogram(meter, "rate_limit.attempt.duration", "s", "Time from a request's admission to its response's headers, or to its failure, by what came of it.", WaitBoundaries);
        CostRatio = Histogram(meter, "rate_limit.cost.ratio", "1", "What requests cost in truth, as a part of what they were estimated at: 1 for an estimate that was right.", RatioBoundaries);
        Unexpected429 = meter.CreateCounter<long>("rate_limit.unexpected_429", "{response}", "Responses with status 429 to requests that the limits had admitted.");
        AbandonedBodies = meter.CreateCounter<long>("rate_limit.abandoned_bodies", "{response}", "Response bodies that nobody read for too long, so that their leases were ended.");
        Reloads = meter.CreateCounter<long>("rate_limit.reloads", "{reload}", "Changes of the configuration while running, by whether they took effect.");
        StoreChanges = meter.CreateCounter<long>("rate_limit.store.changes", "{change}", "Changes of who decides on limits that several processes share, by who does from then on.");
        LostLeases = meter.CreateCounter<long>("rate_limit.store.lost_leases", "{loss}", "Times that a store gave away what was held here, because nothing was heard from this process for too long, or because it was held for longer than may be.");
        StoreDuration = Histogram(meter, "rate_limit.store.duration", "s", "Time that a store which several processes share takes for one exchange.", StoreBoundaries);
        Retries = meter.CreateCounter<long>("resilience.retries", "{retry}", "Attempts that were repeated, by what was wrong with them.");
        RetriesLeftOut = meter.CreateCounter<long>("resilience.retries_left_out", "{request}", "Failed requests that were not repeated, or not any more, by why.");
        CircuitChanges = meter.CreateCounter<long>("resilience.circuit.changes", "{change}", "Changes of the circuit breaker's state, by the new one.");
        CircuitRefusals = meter.CreateCounter<long>("resilience.circuit.refusals", "{request}", "Attempts that an open circuit did not let through.");
        Redirects = meter.CreateCounter<long>("resilience.redirects", "{redirect}", "Redirects that came, by whether they were followed, and why not.");
        Fallbacks = meter.CreateCounter<long>("resilience.fallbacks", "{request}", "Requests that something was looked for to stand in for their response, by why and by whether there was something.");
        BodyFailures = meter.CreateCounter<long>("resilience.body_failures", "{response}", "Response bodies that ended before their end, by why.");
        Hedges = meter.CreateCounter<long>("resilience.hedges", "{request}", "Requests that were sent once more beside themselves, and of these those that won.");
        KeyMoves = meter.CreateCounter<long>("api.key.moves", "{request}", "Requests that went again with another key, by the key that was refused and by why.");
        KeyChanges = meter.CreateCounter<long>("api.key.changes", "{change}", "Changes of how a key is, by the new state.");
        Gauges = new StatusGauges(meter);
    }

    /// <summary>The instruments of programs that have no <see cref="IMeterFactory"/>.</summary>
    public static RateLimitingInstruments Shared => SharedInstruments.Value;

    /// <summary>The time of whoever collects.</summary>
    public TimeProvider Time { get; }

    public Counter<long> Checks { get; }

    public Counter<long> Refusals { get; }

    public Histogram<double> WaitDuration { get; }

    public Histogram<double> AttemptDuration { get; }

    public Histogram<double> CostRatio { get; }

    public Histogram<double> StoreDuration { get; }

    public Counter<long> Unexpected429 { get; }

    public Counter<long> AbandonedBodies { get; }

    public Counter<long> Reloads { get; }

    public Counter<long> StoreChanges { get; }

    public Counter<long> LostLeases { get; }

    public Counter<long> Retries { get; }

    public Counter<long> RetriesLeftOut { get; }

    public Counter<long> CircuitChanges { get; }

    public Counter<long> CircuitRefusals { get; }

    public Counter<long> Redirects { get; }

    public Counter<long> Fallbacks { get; }

    public Counter<long> BodyFailures { get; }

    public Counter<long> Hedges { get; }

    public Counter<long> KeyMoves { get; }

    public Counter<long> KeyChanges { get; }

    public StatusGauges Gauges { get; }

    private static Histogram<double> Histogram(Meter meter, string name, string unit, string description, double[] boundaries) =>
        meter.CreateHistogram(name, unit, description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = boundaries });
}
