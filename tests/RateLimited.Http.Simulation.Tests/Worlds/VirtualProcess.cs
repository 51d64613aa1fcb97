using RateLimited.Http.Admission;
using RateLimited.Http.Redis;
using RateLimited.Http.Simulation.Tests.Fleets;
using RateLimited.Http.Simulation.Tests.Oracles;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Simulation.Tests.Worlds;

/// <summary>One process: its clocks, its store, its services. It can stand still, and it can die and begin anew.</summary>
internal sealed class VirtualProcess : IDisposable
{
    public const string GlobalName = "global";

    private readonly World _world;
    private InProcessStore _store = null!;
    private RateLimitingTelemetry _telemetry = null!;
    private LimitOracle? _globalOracle;

    public VirtualProcess(World world, string name, SkewedTimeProvider clocks, LimitSpec? global)
    {
        _world = world;
        Name = name;
        Global = global;
        Clock = new ProcessClock(clocks, this);
        Begin();
    }

    public string Name { get; }

    public ProcessClock Clock { get; }

    /// <summary>The limit over all services; null without one.</summary>
    public LimitSpec? Global { get; }

    public IReadOnlyList<VirtualService> Services { get; private set; } = [];

    /// <summary>This life of it in a fleet; null where there is none.</summary>
    public FleetProcess? Shared { get; private set; }

    /// <summary>How often it has died: what belongs to a former life does nothing any more.</summary>
    public int Epoch { get; private set; }

    /// <summary>Until when it stands still, and how long it ever did.</summary>
    public long StillUntil { get; private set; }

    public long StoodStill { get; private set; }

    /// <summary>Does something when the process runs, if it lives until then.</summary>
    public void Run(int epoch, Action action)
    {
        if (epoch != Epoch)
        {
            return;
        }

        if (_world.Now < StillUntil)
        {
            _world.Events.At(StillUntil, () => Run(epoch, action));
            return;
        }

        action();
    }

    public void Run(Action action) => Run(Epoch, action);

    public void StandStill(long ticks)
    {
        StillUntil = Math.Max(StillUntil, _world.Now + ticks);
        StoodStill += ticks;
    }

    /// <summary>When a timer fires that is asked for in a time.</summary>
    public TimeSpan Late(TimeSpan dueTime) => dueTime + TimeSpan.FromTicks(_world.DrawLateness());

    /// <summary>Dies and begins anew.</summary>
    public void Crash()
    {
        Dispose();
        Begin();
    }

    /// <summary>A request was let go: what all services share must have allowed it too.</summary>
    public (LimitOracle Oracle, LimitOracle.Admission Admission)? AdmitGlobally(VirtualService service, AdmissionRequest request)
    {
        if (Global is not { } global || ServiceSpec.CostOf(global.Unit, request.Costs) is not (> 0 and var cost))
        {
            return null;
        }

        if (Services.Any(static each => each.Spec.Mode != RateLimitMode.Enforce))
        {
            // What goes unenforced is counted here or not: from then on there is nothing to hold it against.
            _globalOracle = null;
            return null;
        }

        return _world.Fleet is { Plan.Globals: not RedisGlobalLimits.PerProcess } fleet ? fleet.Ledger.AdmittedGlobally(service, global, cost) : service.Admit(_globalOracle ??= LimitOracle.Of(global, _world.MostWindows, isInStep: !_world.Plan.Has(Faults.Reloads)), cost);
    }

    /// <summary>Dies. Disposed again, it does nothing.</summary>
    public void Dispose()
    {
        Epoch++;
        foreach (var service in Services)
        {
            service.Waiting.ForEach(static call => call.Forget());
            service.Dispose();
        }

        Services = [];
        _store.Dispose();
        _telemetry.Dispose();
    }

    private void Begin()
    {
        _store = new InProcessStore(Clock, Global is { } global ? [global.Definition(_world.Mutate)] : []);
        _globalOracle = null;
        Shared = _world.Fleet?.Begin(this);
        _store.ServiceCount = _world.Specs.Count;
        _telemetry = new RateLimitingTelemetry();
        if (_world.Fleet is { Plan.Globals: RedisGlobalLimits.Blocks })
        {
            _store.ShareGlobals(Shared!, _telemetry.For(Name), Completion.Inline);
        }

        Services = [.. _world.Specs.Zip(_world.Upstreams, (spec, upstream) => new VirtualService(_world, this, _store, spec, upstream) { LastPass = _world.Now })];
    }
}
