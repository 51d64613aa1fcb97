using RateLimited.Http.Admission;
using RateLimited.Http.Configuration;
using RateLimited.Http.Limits;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Testing.Simulation;

/// <summary>One simulation while it runs. On one thread: whoever leaves the line goes on inline, and all that takes time is an event.</summary>
internal sealed class SimulatedRun : IDisposable
{
    private const int ProgressEvery = 4_096;

    private readonly SimulationSetup _setup;
    private readonly Action<double>? _progress;
    private readonly ManualTimeProvider _time;
    private readonly EventQueue _events;
    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly InProcessStore _store;
    private readonly List<ServiceLimiter> _keys = [];
    private readonly EndpointRouter _router;
    private readonly RunBooks _books;
    private IEnumerator<SimulatedRequest>? _backlog;
    private long _underWay;
    private long _arrived;
    private int _next;

    public SimulatedRun(SimulationSetup setup, Action<double>? progress)
    {
        _setup = setup;
        _progress = progress;
        _time = new ManualTimeProvider(setup.Start);
        _events = new EventQueue(_time);
        _store = new InProcessStore(_time, DefinitionCompiler.Limits(setup.GlobalLimits, UnitScale.Of(setup.Options)));
        var definition = DefinitionCompiler.Service(setup.Service, setup.Options) with { Mode = RateLimitMode.Enforce };
        _router = DefinitionCompiler.Router(definition);
        for (var key = 0; key < setup.Keys; key++)
        {
            _keys.Add(new ServiceLimiter(definition, _store, _telemetry.For(setup.Service), Completion.Inline));
        }

        _books = new RunBooks(setup, _store.Clock.At(guard: 0));
    }

    public SimulationReport Run(CancellationToken cancellationToken)
    {
        var random = new Random(_setup.Seed);
        var requests = _setup.Demand.Requests(new SimulationSpan(_setup.Start, _setup.Duration), random);
        if (_setup.Demand is BacklogDemand)
        {
            using var backlog = requests.GetEnumerator();
            WorkOff(backlog);
            Drain(cancellationToken);
        }
        else
        {
            foreach (var request in requests)
            {
                _events.RunUntil(request.At.Ticks);
                Arrive(request);
                Tick(cancellationToken);
            }

            _events.RunUntil(_setup.Duration.Ticks);
            Drain(cancellationToken);
        }

        return _books.Report(_events.Now);
    }

    public void Dispose()
    {
        foreach (var key in _keys)
        {
            key.Dispose();
        }

        _store.Dispose();
        _telemetry.Dispose();
    }

    /// <summary>One item of the backlog stands in each key's line, and the next comes when it goes: no key has more left to do than another.</summary>
    private void WorkOff(IEnumerator<SimulatedRequest> backlog)
    {
        _backlog = backlog;
        _keys.ForEach(Feed);
    }

    /// <summary>Sends the next item of the backlog by a key, if there is one.</summary>
    private void Feed(ServiceLimiter key)
    {
        if (_backlog is { } backlog && backlog.MoveNext())
        {
            Arrive(backlog.Current, key);
        }
    }

    /// <summary>Lets all that waits or is under way come to its end.</summary>
    private void Drain(CancellationToken cancellationToken)
    {
        // Timers that only look after idle partitions would go on for ever.
        while ((_underWay > 0 || _books.Waiting > 0) && _events.TryStep(long.MaxValue))
        {
            Tick(cancellationToken);
        }
    }

    private void Tick(CancellationToken cancellationToken)
    {
        if (++_next % ProgressEvery == 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _progress?.Invoke(_setup.Demand is BacklogDemand { Items: var items } ? (double)_arrived / items : Math.Min((double)_events.Now / Math.Max(_setup.Duration.Ticks, 1), 1));
        }
    }

    private void Arrive(in SimulatedRequest wanted) => Arrive(wanted, _keys[(int)(_arrived % _keys.Count)]);

    private void Arrive(in SimulatedRequest wanted, ServiceLimiter key)
    {
        if (++_arrived > _setup.MaxRequests)
        {
            throw new InvalidOperationException($"More than {_setup.MaxRequests} requests come; simulate a shorter time or a smaller demand.");
        }

        var request = WithEndpointCosts(wanted.Request);
        var call = new SimulatedCall(this, key, _events.Now, wanted.Latency ?? _setup.Latency);
        _books.Came(call.Came);
        var admission = key.AdmitAsync(request, CancellationToken.None);
        if (admission.IsCompleted)
        {
            call.Complete(admission);
            return;
        }

        _books.Waits(call.Came, key.HeldUpBy(request)?.Name);
        call.Await(admission);
    }

    private AdmissionRequest WithEndpointCosts(in AdmissionRequest request)
    {
        var costs = _router.CostsOf(request.Endpoint);
        var asked = costs is null ? request : request with { Costs = EndpointCosts.Over(request.Costs, costs) };

        // A backlog is there until it is worked off: it does not lose patience.
        return _backlog is null ? asked : asked with { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>One request from its coming to its answer.</summary>
    private sealed class SimulatedCall(SimulatedRun run, ServiceLimiter key, long came, TimeSpan latency)
    {
        private ValueTask<AdmissionTicket> _admission;

        public long Came => came;

        public void Await(ValueTask<AdmissionTicket> admission)
        {
            _admission = admission;
            admission.GetAwaiter().UnsafeOnCompleted(() =>
            {
                run._books.WaitsNoMore(run._events.Now);
                Complete(_admission);
            });
        }

        public void Complete(in ValueTask<AdmissionTicket> admission)
        {
            if (admission.IsCompletedSuccessfully)
            {
#pragma warning disable VSTHRD002 // It has completed.
                Go(admission.Result);
#pragma warning restore VSTHRD002
            }
            else
            {
                // As a task it says so without throwing, where it never was in line; a million refusals are a million exceptions otherwise.
                run._books.Refused(run._events.Now, (RateLimitRejectedException)admission.AsTask().Exception!.InnerException!);
            }

            if (run._backlog is not null)
            {
                // As an event: the line is in the middle of letting others go.
                run._events.At(run._events.Now, () => run.Feed(key));
            }
        }

        private void Go(AdmissionTicket ticket)
        {
            run._underWay++;
            run._books.Went(run._events.Now, came, ticket, latency);
            run._events.In(latency.Ticks, () =>
            {
                run._underWay--;
                var now = key.Now;
                key.Answered(ticket, [], now);
                key.Learn(ticket, AnswerKind.Succeeded, now);
                ticket.Complete();
            });
        }
    }
}
