using System.Diagnostics.Metrics;

namespace RateLimited.Http.Telemetry;

/// <summary>
/// The gauges that are read from the services' status when somebody collects, once for all of them. A service is held weakly: one that nobody uses any more disappears from the gauges, and
/// the gauges never keep it alive.
/// </summary>
internal sealed class StatusGauges
{
    private readonly Lock _lock = new();
    private readonly List<WeakReference<ServiceTelemetry>> _observed = [];
    private int _gauges;

    public StatusGauges(Meter meter)
    {
        meter.CreateObservableUpDownCounter("rate_limit.queue.length", Each<long>(Line), "{request}", "Requests standing in line.");
        meter.CreateObservableGauge("rate_limit.queue.capacity", Each<long>(Capacity), "{request}", "How many requests may stand in line at most.");
        meter.CreateObservableUpDownCounter("rate_limit.in_flight", Each<long>(InFlight), "{request}", "Leases held.");
        meter.CreateObservableGauge("rate_limit.usage_ratio", Each<double>(UsageRatio), "1", "Used share of the quota; above 1 after a settlement above the estimate.");
        meter.CreateObservableGauge("rate_limit.backoff", Each<double>(Backoff), "s", "For how long the service still pauses because the upstream asked for it.");
        meter.CreateObservableUpDownCounter("rate_limit.partitions", Each<long>(Partitions), "{partition}", "What a limit counts separately now: its tenants, its names; 1 where all requests share it.");
        meter.CreateObservableUpDownCounter("rate_limit.partitions.memory", Each<long>(PartitionMemory), "By", "What a limit takes on the heap with all that it counts separately.");
        meter.CreateObservableCounter("rate_limit.partitions.evictions", Each<long>(Evictions), "{partition}", "Partitions that were forgotten because they were idle and their quota whole again.");
        meter.CreateObservableUpDownCounter("rate_limit.queue.memory", Each<long>(LineMemory), "By", "What the line takes on the heap with those who wait in it.");
        meter.CreateObservableGauge("resilience.circuit.state", Each<long>(Circuit), "{circuit}", "1 for the state that the circuit is in, 0 for the others.");
        meter.CreateObservableGauge("api.quota", Each<long>(Quota), "{unit}", "The quota in force, in the limit's unit.");
        meter.CreateObservableGauge("api.quota.remaining", Each<long>(Remaining), "{unit}", "What is left of the quota, in the limit's unit.");
        meter.CreateObservableUpDownCounter("api.keys", Each<long>(Keys), "{key}", "API keys, by how they are.");
        meter.CreateObservableGauge("api.key.state", Each<long>(KeyState), "{key}", "1 for the state that a key is in, 0 for the others.");
        meter.CreateObservableGauge("api.key.headroom", Each<double>(Headroom), "1", "What is left of a key's quotas: of the limit of which least is left.");
        meter.CreateObservableCounter("api.key.requests", Each<long>(KeyRequests), "{request}", "Requests that went with a key.");
    }

    private delegate void Reader<T>(ServiceTelemetry service, ServiceStatus status, List<Measurement<T>> into)
        where T : struct;

    public void Add(ServiceTelemetry service)
    {
        lock (_lock)
        {
            _observed.RemoveAll(static reference => !reference.TryGetTarget(out _));
            _observed.Add(new WeakReference<ServiceTelemetry>(service));
        }
    }

    public void Remove(ServiceTelemetry service)
    {
        lock (_lock)
        {
            _observed.RemoveAll(reference => !reference.TryGetTarget(out var target) || ReferenceEquals(target, service));
        }
    }

    private static void Line(ServiceTelemetry service, ServiceStatus status, List<Measurement<long>> into)
    {
        // Classes without a waiter are reported as zero: a series that stops instead of falling reads as if the line had never emptied.
        for (var priority = RequestPriority.Background; priority <= RequestPriority.Critical; priority++)
        {
            long waiting = 0;
            foreach (var line in status.Line)
            {
                waiting += line.Priority == priority ? line.Waiting : 0;
            }

            into.Add(new Measurement<long>(waiting, service.PriorityTags(priority)));
        }
    }

    private static void Capacity(ServiceTelemetry service, ServiceStatus status, List<Measurement<long>> into) => into.Add(new Measurement<long>(status.LineCapacity, service.Tags));

    private static void Circuit(ServiceTelemetry service, ServiceStatus status, List<Measurement<long>> into)
    {
        if (service.Resilience.Circuit is { } current)
        {
            for (var state = CircuitState.Closed; state <= CircuitState.Isolated; state++)
            {
                into.Add(new Measurement<long>(state == current ? 1 : 0, service.Resilience.StateTags(state)));
            }
        }
    }

    private static void InFlight(ServiceTelemetry service, ServiceStatus status, List<Measurement<long>> into) => into.Add(new Measurement<long>(status.InFlight, service.Tags));

    private static void Backoff(ServiceTelemetry service, ServiceStatus status, List<Measurement<double>> into) =>
        into.Add(new Measurement<double>(status.Pause.TotalSeconds, service.Tags));

    private static void UsageRatio(ServiceTelemetry service, ServiceStatus status, List<Measurement<double>> into)
    {
        foreach (var limits in status.Limits.GroupBy(static limit => (limit.Name, limit.IsPaced)))
        {
            into.Add(new Measurement<double>(limits.Max(static limit => (double)limit.Used / limit.Quota), service.LimitTags(limits.Key.Name, limits.Key.IsPaced)));
        }
    }

    private static void Quota(ServiceTelemetry service, ServiceStatus status, List<Measurement<long>> into) =>
        into.AddRange(ByName(status).Select(limits => new Measurement<long>(limits.Max(static limit => limit.Quota), service.LimitTags(limits.Key))));

    private static void Partitions(ServiceTelemetry service, ServiceStatus status, List<Measurement<long>> into) =>
        into.AddRange(ByName(status).Select(limits => new Measurement<long>(limits.Sum(static limit => (long)limit.Partitions), service.LimitTags(limits.Key))));

    private static void PartitionMemory(ServiceTelemetry service, ServiceStatus status, List<Measurement<long>> into) =>
        into.AddRange(ByName(status).Select(limits => new Measurement<long>(limits.Sum(static limit => limit.Bytes), service.LimitTags(limits.Key))));

    private static void Evictions(ServiceTelemetry service, ServiceStatus status, List<Measurement<long>> into) =>
        into.AddRange(ByName(status).Select(limits => new Measurement<long>(limits.Sum(static limit => limit.Evicted), service.LimitTags(limits.Key))));

    private static void LineMemory(ServiceTelemetry service, ServiceStatus status, List<Measurement<long>> into) => into.Add(new Measurement<long>(status.LineBytes, service.Tags));

    private static void Remaining(ServiceTelemetry service, ServiceStatus status, List<Measurement<long>> into)
    {
        foreach (var limits in ByName(status))
        {
            into.Add(new Measurement<long>(limits.Min(static limit => limit.Remaining), service.LimitTags(limits.Key)));
        }
    }

    private static void Keys(ServiceTelemetry service, ServiceStatus status, List<Measurement<long>> into)
    {
        // States without a key are reported as zero, as above; a service without keys has none of them.
        for (var state = Http.KeyState.Active; state <= Http.KeyState.Disabled && status.Keys.Count > 0; state++)
        {
            into.Add(new Measurement<long>(status.Keys.Count(key => key.State == state), service.Keys.StateTags(state)));
        }
    }

    private static void KeyState(ServiceTelemetry service, ServiceStatus status, List<Measurement<long>> into)
    {
        foreach (var key in status.Keys)
        {
            for (var state = Http.KeyState.Active; state <= Http.KeyState.Disabled; state++)
            {
                into.Add(new Measurement<long>(key.State == state ? 1 : 0, service.Keys.StateTags(key.Name, state)));
            }
        }
    }

    private static void Headroom(ServiceTelemetry service, ServiceStatus status, List<Measurement<double>> into) =>
        into.AddRange(status.Keys.Select(key => new Measurement<double>(key.Headroom, service.Keys.NameTags(key.Name))));

    private static void KeyRequests(ServiceTelemetry service, ServiceStatus status, List<Measurement<long>> into) =>
        into.AddRange(status.Keys.Select(key => new Measurement<long>(key.Requests, service.Keys.NameTags(key.Name))));

    // Two endpoints may each have a limit of the same name. One series must not be written twice, so the fuller one speaks for both.
    private static IEnumerable<IGrouping<string, LimitStatus>> ByName(ServiceStatus status) => status.Limits.GroupBy(static limit => limit.Name, StringComparer.Ordinal);

    private Func<IEnumerable<Measurement<T>>> Each<T>(Reader<T> read)
        where T : struct
    {
        var gauge = _gauges++;
        return () => Measure(gauge, read);
    }

    private List<Measurement<T>> Measure<T>(int gauge, Reader<T> read)
        where T : struct
    {
        var measurements = new List<Measurement<T>>();
        foreach (var service in Alive())
        {
            if (service.Status(gauge) is { } status)
            {
                read(service, status, measurements);
            }
        }

        return measurements;
    }

    private List<ServiceTelemetry> Alive()
    {
        var alive = new List<ServiceTelemetry>();
        lock (_lock)
        {
            foreach (var reference in _observed)
            {
                if (reference.TryGetTarget(out var service))
                {
                    alive.Add(service);
                }
            }
        }

        return alive;
    }
}
