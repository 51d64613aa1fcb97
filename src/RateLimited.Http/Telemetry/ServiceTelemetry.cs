using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace RateLimited.Http.Telemetry;

/// <summary>
/// What one service has to say of itself: counters, durations, log messages, spans. A call costs one test of a flag while nobody listens and allocates nothing when
/// somebody does, for every combination of tags is built beforehand. What listeners and loggers throw is swallowed. Nothing here is ever told an address, a header, a tenant or a key's text; of tenants only
/// <see cref="Observers"/> and <see cref="Admissions"/> hear.
/// Thread-safe.
/// </summary>
internal sealed class ServiceTelemetry
{
    private readonly RateLimitingTelemetry _owner;
    private readonly RateLimitingInstruments _instruments;
    private readonly ILogger _log;
    private readonly string _service;
    private readonly KeyValuePair<string, object?>[][] _results;
    private readonly KeyValuePair<string, object?>[][] _reasons;
    private readonly KeyValuePair<string, object?>[][] _priorities;
    private readonly KeyValuePair<string, object?>[][] _reloads;
    private readonly KeyValuePair<string, object?>[][] _stores;
    private readonly KeyValuePair<string, object?>[][] _attempts;
    private readonly KeyValuePair<string, object?>[][] _exchanges;
    private readonly ConcurrentDictionary<string, KeyValuePair<string, object?>[]> _units = new(StringComparer.Ordinal);

    private readonly SharedReading _reading;

    private int _hasLostUsage;

    // Strong here and weak in the gauges: the delegate lives exactly as long as whoever uses this object.
    private Func<ServiceStatus>? _status;

    public ServiceTelemetry(RateLimitingTelemetry owner, RateLimitingInstruments instruments, ILogger log, string service)
    {
        _owner = owner;
        _instruments = instruments;
        _log = log;
        _service = service;
        Observers = owner.Observers;
        Admissions = owner.Admissions;
        Tags = [new(TagValues.Service, service)];
        _results = TagsWith(TagValues.Result, TagValues.Results);
        _reasons = TagsWith(TagValues.Reason, TagValues.Reasons);
        _priorities = TagsWith(TagValues.Priority, TagValues.Priorities);
        _reloads = TagsWith(TagValues.Result, TagValues.ReloadResults);
        _stores = TagsWith(TagValues.State, TagValues.StoreStates);
        _attempts = TagsWith(TagValues.Result, TagValues.AttemptResults);
        _exchanges = TagsWith(TagValues.Result, TagValues.StoreResults);
        _reading = new SharedReading(instruments.Time);
        Resilience = new ResilienceTelemetry(instruments, log, service);
        Keys = new KeyTelemetry(instruments, log, service);
    }

    /// <summary>What its handlers say of attempts, circuits and what stands in for responses.</summary>
    public ResilienceTelemetry Resilience { get; }

    /// <summary>What there is to say of its keys.</summary>
    public KeyTelemetry Keys { get; }

    /// <summary>Who hears of each refused request; null for nobody.</summary>
    public RefusalObservers? Observers { get; }

    /// <summary>Who hears of each request that goes; null for nobody.</summary>
    public AdmissionObservers? Admissions { get; }

    /// <summary>The tag of the service alone.</summary>
    public KeyValuePair<string, object?>[] Tags { get; }

    /// <summary>Counts what became of one request.</summary>
    public void Checked(CheckResult result)
    {
        if (_instruments.Checks.Enabled)
        {
            Add(_instruments.Checks, _results[(int)result]);
        }
    }

    /// <summary>Whether anybody listens to how long requests wait.</summary>
    public bool MeasuresWaits => _instruments.WaitDuration.Enabled;

    /// <summary>Records the time in line of one request that stood in it.</summary>
    public void Waited(RequestPriority priority, TimeSpan time)
    {
        if (_instruments.WaitDuration.Enabled)
        {
            Record(_instruments.WaitDuration, time.TotalSeconds, _priorities[TagValues.Index(priority)]);
        }
    }

    /// <summary>Whether somebody wants to know what comes of attempts.</summary>
    public bool HearsAttempts => _instruments.AttemptDuration.Enabled;

    /// <summary>Records what came of one attempt.</summary>
    public void Attempted(AttemptResult result, TimeSpan time) => Record(_instruments.AttemptDuration, time.TotalSeconds, _attempts[(int)result]);

    /// <summary>Whether somebody wants to know how good estimates are.</summary>
    public bool HearsCosts => _instruments.CostRatio.Enabled;

    /// <summary>Records that a request's true cost became known.</summary>
    /// <param name="unit">The unit, as a limit has it.</param>
    /// <param name="ratio">The truth as a part of the estimate.</param>
    public void Settled(string unit, double ratio) =>
        Record(_instruments.CostRatio, ratio, _units.GetOrAdd(unit, static (unit, tags) => [tags[0], new(TagValues.Unit, unit)], Tags));

    /// <summary>Records how long a shared store took for one exchange.</summary>
    public void StoreAsked(bool isAnswered, TimeSpan time)
    {
        if (_instruments.StoreDuration.Enabled)
        {
            Record(_instruments.StoreDuration, time.TotalSeconds, _exchanges[isAnswered ? 0 : 1]);
        }
    }

    /// <summary>Records one refusal.</summary>
    public void Refused(RejectionReason reason, string? limit)
    {
        Add(_instruments.Refusals, _reasons[(uint)reason < (uint)_reasons.Length ? (int)reason : 0]);
        try
        {
            RateLimitingLog.Refused(_log, _service, TagValues.Of(reason), limit);
        }
        catch (Exception)
        {
            // As with counters: a logger that throws must not lose those that leave the line after this one.
        }
    }

    /// <summary>Records a 429 to a request that the limits had admitted: the limits as configured are wider than the upstream's.</summary>
    public void Unexpected429()
    {
        Add(_instruments.Unexpected429, Tags);
        Quietly.Say(this, static service => RateLimitingLog.Unexpected429(service._log, service._service));
    }

    /// <summary>Records that a response body was given up because nobody read it.</summary>
    public void BodyAbandoned()
    {
        Add(_instruments.AbandonedBodies, Tags);
        Quietly.Say(this, static service => RateLimitingLog.BodyAbandoned(service._log, service._service));
    }

    /// <summary>Records that a shared store cannot be asked any more.</summary>
    /// <param name="mode">What this process does meanwhile.</param>
    /// <param name="why">What is wrong, without an address, a key or a secret.</param>
    public void StoreLost(string mode, string why)
    {
        Add(_instruments.StoreChanges, _stores[1]);
        Quietly.Say(() => RateLimitingLog.StoreLost(_log, _service, mode, why));
    }

    /// <summary>Records that a shared store answers again.</summary>
    public void StoreFound()
    {
        Add(_instruments.StoreChanges, _stores[0]);
        Quietly.Say(() => RateLimitingLog.StoreFound(_log, _service));
    }

    /// <summary>Records that a shared store has given away what was held here.</summary>
    public void LeasesLost()
    {
        Add(_instruments.LostLeases, Tags);
        Quietly.Say(() => RateLimitingLog.LeasesLost(_log, _service));
    }

    /// <summary>Records that what was held here for too long has been given to others.</summary>
    public void LeasesHeldTooLong()
    {
        Add(_instruments.LostLeases, Tags);
        Quietly.Say(() => RateLimitingLog.LeasesHeldTooLong(_log, _service));
    }

    /// <summary>Records that the usage of a response could not be read; its request settles at the estimate. What is wrong with one is wrong with the next: the first is a warning.</summary>
    /// <param name="fault">What was wrong, without anything of the response in it.</param>
    public void UsageLost(string fault)
    {
        var level = Interlocked.Exchange(ref _hasLostUsage, 1) == 0 ? LogLevel.Warning : LogLevel.Debug;
        Quietly.Say(() => RateLimitingLog.UsageLost(_log, level, _service, fault));
    }

    /// <summary>Records that a change of the configuration took effect.</summary>
    public void Reloaded()
    {
        Add(_instruments.Reloads, _reloads[0]);
        Quietly.Say(() => RateLimitingLog.Reloaded(_log, _service));
    }

    /// <summary>Records that a change of the configuration was refused and the last good one stays.</summary>
    /// <param name="faults">Each fault with its path, its value and what would be right.</param>
    public void ReloadRefused(string faults)
    {
        Add(_instruments.Reloads, _reloads[1]);
        Quietly.Say(() => RateLimitingLog.ReloadRefused(_log, _service, faults));
    }

    /// <summary>Whether anybody listens to spans.</summary>
    public static bool TracesWaits => RateLimitingInstruments.Activities.HasListeners();

    /// <summary>
    /// The span of the time in line of one request, to be started when it begins to wait. It costs nothing while nobody listens, may be
    /// ended on any thread and never becomes the current activity of the caller.
    /// </summary>
    public TicketSpan StartWait(RequestPriority priority) => TicketSpan.StartWait(_service, priority);

    /// <summary>
    /// Shows the service in the gauges until the returned object is disposed, the telemetry is, or nobody holds this object any more.
    /// </summary>
    /// <param name="status">Takes a snapshot. It is called whenever somebody collects, from any thread.</param>
    public IDisposable Observe(Func<ServiceStatus> status)
    {
        Volatile.Write(ref _status, status);
        _instruments.Gauges.Add(this);
        return new Observation(this);
    }

    /// <summary>The snapshot that all gauges of one collection share, or null where there is none to be had.</summary>
    /// <param name="gauge">Which gauge asks.</param>
    internal ServiceStatus? Status(int gauge)
    {
        if (_owner.IsDisposed || Volatile.Read(ref _status) is not { } status)
        {
            return null;
        }

        try
        {
            return _reading.For(gauge, status);
        }
        catch (ObjectDisposedException)
        {
            // Disposed between the collection's start and now; a collection that threw would lose the other services' values.
            return null;
        }
    }

    internal KeyValuePair<string, object?>[] PriorityTags(RequestPriority priority) => _priorities[TagValues.Index(priority)];

    internal KeyValuePair<string, object?>[] LimitTags(string limit) => [Tags[0], new(TagValues.Limit, limit)];

    private static void Record(Histogram<double> histogram, double value, KeyValuePair<string, object?>[] tags)
    {
        try
        {
            histogram.Record(value, tags);
        }
        catch (Exception)
        {
            // As with counters.
        }
    }

    private static void Add(Counter<long> counter, KeyValuePair<string, object?>[] tags)
    {
        if (counter.Enabled)
        {
            try
            {
                counter.Add(1, tags);
            }
            catch (Exception)
            {
                // Whoever listens is somebody else's code: what it throws must not lose a request that was admitted, nor those that leave the line after it.
            }
        }
    }

    private KeyValuePair<string, object?>[][] TagsWith(string tag, string[] values) =>
        Array.ConvertAll(values, value => new KeyValuePair<string, object?>[] { Tags[0], new(tag, value) });

    private sealed class Observation(ServiceTelemetry observed) : IDisposable
    {
        public void Dispose()
        {
            Volatile.Write(ref observed._status, null);
            observed._instruments.Gauges.Remove(observed);
        }
    }
}
