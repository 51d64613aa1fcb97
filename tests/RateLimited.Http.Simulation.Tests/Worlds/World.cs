using System.Runtime.ExceptionServices;
using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Simulation.Tests.Fleets;
using RateLimited.Http.Simulation.Tests.Mutants;
using RateLimited.Http.Simulation.Tests.Oracles;
using RateLimited.Http.Testing;
using RateLimited.Http.Testing.Simulation;

namespace RateLimited.Http.Simulation.Tests.Worlds;

/// <summary>
/// Processes, tenants and upstreams of one seed under one scheduler in one virtual time. On one thread: what happens, and in which order, is the seed's and nobody else's. After every event all
/// that is promised is checked.
/// </summary>
internal sealed class World : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Which worlds have pools of API keys. The others are what they were before there were any.</summary>
    private const int PoolsEvery = 5;

    /// <summary>Which worlds count in Redis.</summary>
    private const int FleetsEvery = 10;
    private const int FirstFleet = 4;

    /// <summary>What those have besides, by turns.</summary>
    private static readonly FleetForm[] Forms = [FleetForm.Plain, FleetForm.Keys, FleetForm.Globals, FleetForm.Plain, FleetForm.Failover];

    private const long LatestTimer = 80 * TimeSpan.TicksPerMillisecond;

    private static readonly long LongestRun = TimeSpan.FromHours(4).Ticks;

    private readonly Random _random;
    private readonly Mutant? _mutant;
    private readonly ManualTimeProvider _time = new(Start);
    private readonly List<VirtualProcess> _processes = [];
    private readonly LineChecks _checks;
    private long _joined;
    private int _started;
    private bool _isCalm;
    private ExceptionDispatchInfo? _found;

    public World(int seed, Mutant? mutant = null, Trace? trace = null)
    {
        _random = new Random(seed);
        _mutant = mutant;
        Trace = trace ?? new Trace();
        Plan = SwarmPlan.Draw(_random);
        Plan = seed % PoolsEvery == 0 ? Plan.WithPools(_random) : Plan;
        var form = seed % FleetsEvery == FirstFleet ? Forms[seed / FleetsEvery % Forms.Length] : FleetForm.Plain;
        Plan = seed % FleetsEvery == FirstFleet ? Plan.WithFleet(_random) : Plan;
        Plan = form == FleetForm.Keys ? Plan.WithPools(_random) : Plan;
        Plan = mutant?.Plan?.Invoke(Plan) ?? Plan;
        Events = new EventQueue(_time, new Random(seed));
        Fleet = Plan.HasFleet ? new Fleet(this, FleetPlan.Draw(Plan.Processes, form, _random), mutant) : null;
        Specs = [.. Enumerable.Range(1, _random.Next(4) == 0 ? 2 : 1).Select(i => ServiceDrawing.Service($"s{i}", Plan, _random))];
        Specs = mutant?.Service is { } change ? [.. Specs.Select(change)] : Specs;
        Upstreams = [.. Specs.Select(spec => new VirtualUpstream(spec, Plan is { SharesQuota: true, HasFleet: false } ? Plan.Processes : 1))];
        var global = _random.Next(4) == 0 || form == FleetForm.Globals ? ServiceDrawing.Global(_random) : null;
        for (var i = 1; i <= Plan.Processes; i++)
        {
            _processes.Add(new VirtualProcess(this, $"p{i}", Clocks(), global));
        }

        _checks = new LineChecks(this);
        Trace.Head.AddRange([$"{Plan}", .. Fleet is { } fleet ? [$"{fleet.Plan}"] : Array.Empty<string>(), .. Specs.Select(static spec => $"{spec}"), .. global is null ? Array.Empty<string>() : [$"{global}"]]);
    }

    public SwarmPlan Plan { get; }

    /// <summary>
    /// How long after its instant something may happen: timers have whole milliseconds, and may be late. One that was set too early finds nobody and is set again, and may be late again.
    /// </summary>
    public long TimerSlack => (2 * TimeSpan.TicksPerMillisecond) + (Plan.Has(Faults.LateTimers) ? 2 * LatestTimer : 0);

    public EventQueue Events { get; }

    /// <summary>What the processes count their limits in together; null where each counts for itself.</summary>
    public Fleet? Fleet { get; }

    public Trace Trace { get; }

    public long Now => Events.Now;

    public IReadOnlyList<VirtualProcess> Processes => _processes;

    public IReadOnlyList<ServiceSpec> Specs { get; }

    public IReadOnlyList<VirtualUpstream> Upstreams { get; }

    /// <summary>Whether processes' wall clocks show what the upstreams' do.</summary>
    public bool IsWallTrue => !Plan.Has(Faults.Skew | Faults.Jumps);

    /// <summary>How many windows of the clock an interval as long as one may touch. Each jump may begin one anew; more than a few in one window no world has.</summary>
    public int MostWindows => !IsWallTrue ? 6 : Plan.Has(Faults.HonestSignals | Faults.LyingSignals) ? 2 : 1;

    /// <summary>What rules are replaced by; null in worlds that are to be right.</summary>
    public Func<LimitRule, LimitRule>? Mutate => _mutant?.Rule;

    /// <summary>Whether requests ask for keys as if they had gone with none.</summary>
    public bool ForgetsTried => _mutant?.ForgetsTried == true;

    public bool SpendsTwice => _mutant?.SpendsTwice == true;

    /// <summary>Whether nothing goes wrong any more.</summary>
    public bool IsCalm => _isCalm;

    /// <summary>A service as it is handed to the limiter.</summary>
    public ServiceDefinition Defined(ServiceSpec spec) => spec.Definition(Mutate) is var definition && _mutant?.Definition is { } change ? change(definition) : definition;

    public KeyPoolDefinition Defined(KeyPoolDefinition keys) => _mutant?.Keys is { } change ? change(keys) : keys;

    public void Run()
    {
        // What is awaited goes on inline, on this thread, only where no context wants it elsewhere.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            RunAll();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private void RunAll()
    {
        Events.At(0, Demand);
        Events.At(0, Trouble);
        Fleet?.Start();
        while (!(_isCalm && _checks.IsQuiet) && Events.TryStep(LongestRun))
        {
            _found?.Throw();
            _checks.AfterEvent();
        }

        _checks.AtTheEnd();
        RestUntilFresh();
        _found?.Throw();
        _checks.WhenFresh();
        Dispose();
        if (_time.ArmedTimers > 0)
        {
            throw new InvariantException($"{_time.ArmedTimers} timers outlived their services");
        }
    }

    public void Dispose()
    {
        _processes.ForEach(static process => process.Dispose());
        Fleet?.Dispose();
    }

    /// <summary>Something was found where whoever is told of it goes on all the same.</summary>
    public void Find(Exception found) => _found ??= ExceptionDispatchInfo.Capture(found);

    public void Note(string what) => Trace.Note(Now, what);

    public long NextJoined() => _joined++;

    /// <summary>A number from one to another, as likely as any.</summary>
    public long Draw(long least, long most) => _random.NextInt64(least, most + 1);

    public double DrawFraction() => _random.NextDouble();

    public long DrawWay() => Plan.Way + Draw(0, Plan.Spread);

    public long DrawLateness() => _mutant?.LosesTimers == true && _random.Next(20) == 0 ? TimeSpan.TicksPerDay : Plan.Has(Faults.LateTimers) ? Draw(0, LatestTimer) : 0;

    /// <summary>Whether a fault that may be on strikes now.</summary>
    public bool Happens(Faults fault, int often = 1) => Plan.Has(fault) && !_isCalm && _random.NextDouble() < Plan.FaultRate * often;

    public string KeyOf(VirtualProcess process) => Plan.SharesQuota ? "shared" : process.Name;

    public QuotaReport[] Signals(VirtualUpstream upstream, VirtualProcess process, AdmissionRequest request, string? quota)
    {
        if (Plan.Has(Faults.LyingSignals) && Draw(0, 4) == 0)
        {
            return [Lie()];
        }

        return Plan.Has(Faults.HonestSignals) ? upstream.Reports(Now, KeyOf(process), request, quota) : [];
    }

    /// <summary>Whether a limit that is kept where requests are sent is kept where they arrive: then an upstream that counts the same never refuses.</summary>
    public bool HoldsAtTheDoor(VirtualUpstream upstream, string name)
    {
        var limit = upstream.SpecOf(name);
        const Faults Unknown = Faults.Crashes | Faults.HoldUps | Faults.Settlements;
        return Plan.KnowsSpread && !Plan.Has(Unknown) && Fleet is not { Plan.Faults: not FleetFaults.None } && !(limit.By == PartitionBy.Key && upstream.IsForgotten) && !Specs.Any(static spec => spec.TrustsUpstream) && limit.Kind switch
        {
            // The upstream's window begins with what reached it and was counted.
            LimitKind.FirstUse => !upstream.HasRefused && !Plan.Has(Faults.NotSent | Faults.LostThere | Faults.ServerFaults | Faults.Storms),
            LimitKind.Clock => MostWindows == 1,

            // Whoever gave up has left, and the upstream may still be at it. Who stands still for long is taken for dead.
            LimitKind.Slots => !Plan.Has(Faults.Aborts) && !(Plan.HasFleet && Plan.Has(Faults.Pauses)),
            _ => true,
        };
    }

    private SkewedTimeProvider Clocks()
    {
        var clocks = new SkewedTimeProvider(_time) { Uptime = TimeSpan.FromTicks(Draw(0, TimeSpan.TicksPerDay)) };
        if (Plan.Has(Faults.Skew))
        {
            clocks.Skew = TimeSpan.FromTicks(Draw(-30 * TimeSpan.TicksPerSecond, 30 * TimeSpan.TicksPerSecond));
            clocks.Drift = Draw(-500, 500);
        }

        return clocks;
    }

    private QuotaReport Lie()
    {
        long? Any() => Draw(0, 3) switch { 0 => null, 1 => Draw(0, 5), 2 => Draw(0, 10_000), _ => long.MaxValue };
        return new QuotaReport
        {
            Name = $"lie-{Draw(0, 5)}".AsMemory(),
            Unit = Draw(0, 1) == 0 ? UnitCost.Requests : ServiceDrawing.Tokens,
            Limit = Any(),
            Remaining = Any(),
            ResetAfter = Any() is { } reset ? Math.Min(reset, TimeSpan.TicksPerDay) * TimeSpan.TicksPerMillisecond / 10 : null,
            Window = Draw(0, 5 * TimeSpan.TicksPerSecond),
            Refills = Draw(0, 1) == 0,
        };
    }

    /// <summary>Somebody wants to send, and after that somebody else.</summary>
    private void Demand()
    {
        for (var i = Plan.ComesInBursts ? Draw(1, 30) : 1; i > 0; i--)
        {
            Begin();
        }

        if (_started < Plan.Calls)
        {
            Events.In(Draw(0, 2 * MeanGap()), Demand);
        }
        else
        {
            Events.In(0, () => _isCalm = true);
        }
    }

    private void Begin()
    {
        var process = _processes[_random.Next(_processes.Count)];
        var service = _random.Next(Specs.Count);
        var (number, request) = (++_started, DrawRequest(Specs[service]));
        process.Run(() => new VirtualCall(this, process.Services[service], number, request).Start());
    }

    private long MeanGap()
    {
        var perTick = RateOf(Specs[0].Limits).Concat(RateOf(Specs[0].KeyLimits).Select(rate => rate * Specs[0].Pool!.Keys.DistinctBy(static key => key.Quota).Count())).Min();
        var gap = (long)Math.Clamp(1 / (perTick * Plan.Load * (Plan.SharesQuota ? 1 : Plan.Processes)), TimeSpan.TicksPerMillisecond / 10, TimeSpan.TicksPerSecond);
        return Plan.ComesInBursts ? gap * 15 : gap;
    }

    private static IEnumerable<double> RateOf(IEnumerable<LimitSpec> limits) =>
        limits.Where(static limit => limit.Window > 0).Select(static limit => (double)limit.Quota / limit.Window / (limit.Unit == UnitCost.Requests ? 1 : 20));

    private AdmissionRequest DrawRequest(ServiceSpec spec)
    {
        var costs = new List<UnitCost>();
        var limits = spec.Limits.Concat(spec.EndpointLimits).Concat(spec.KeyLimits);
        if (limits.Any(static limit => limit.Unit == ServiceDrawing.Tokens))
        {
            var most = limits.Where(static limit => limit.Unit == ServiceDrawing.Tokens).Min(static limit => limit.Capacity);
            costs.Add(new UnitCost(ServiceDrawing.Tokens, Draw(0, 40) == 0 ? Draw(0, most + 5) : Draw(0, Math.Max(most / 3, 1))));
        }

        if (_random.Next(12) == 0)
        {
            costs.Add(new UnitCost(UnitCost.Requests, Draw(0, 4)));
        }

        return new AdmissionRequest
        {
            Priority = (RequestPriority)(_random.Next(3) == 0 ? _random.Next(-2, 3) : 0),
            Tenant = Plan.Tenants > 0 && _random.Next(6) > 0 ? $"t{_random.Next(Plan.Tenants)}" : null,
            Partition = Plan.Names > 0 ? $"n{_random.Next(Plan.Names)}" : null,
            Endpoint = _random.Next(3) == 0 ? ServiceSpec.Endpoint : null,
            Costs = costs.Count == 0 ? null : costs,
            Timeout = _random.Next(8) switch { 0 => TimeSpan.Zero, 1 => TimeSpan.FromTicks(Draw(1, 5 * TimeSpan.TicksPerSecond)), _ => null },
        };
    }

    /// <summary>Something may go wrong, and after a while something else.</summary>
    private void Trouble()
    {
        if (_isCalm)
        {
            return;
        }

        Events.In(Draw(20 * TimeSpan.TicksPerMillisecond, 800 * TimeSpan.TicksPerMillisecond), Trouble);
        var process = _processes[_random.Next(_processes.Count)];
        var service = _random.Next(Specs.Count);
        if (Happens(Faults.Crashes))
        {
            Note($"{process.Name} dies");
            process.Crash();
        }

        if (Happens(Faults.Pauses, often: 2))
        {
            Note($"{process.Name} stands still");
            process.StandStill(Draw(1, 3 * TimeSpan.TicksPerSecond));
        }

        if (Happens(Faults.Jumps, often: 2))
        {
            Note($"{process.Name}'s clock jumps");
            process.Clock.Clocks.Skew += TimeSpan.FromTicks(Draw(-600 * TimeSpan.TicksPerSecond, 600 * TimeSpan.TicksPerSecond));
        }

        if (Happens(Faults.Reloads, often: 6))
        {
            process.Run(() => Reload(process, service));
        }

        if (Happens(Faults.ServerFaults, often: 2))
        {
            Upstreams[service].FailsUntil = Now + Draw(0, 3 * TimeSpan.TicksPerSecond);
        }

        if (Happens(Faults.Storms, often: 2))
        {
            Upstreams[service].StormsUntil = Now + Draw(0, TimeSpan.TicksPerSecond);
        }

        if (process.Services[service].Spec.Pool is { } pool)
        {
            TroubleWith(pool.Keys[_random.Next(pool.Keys.Count)], Upstreams[service]);
        }
    }

    private void TroubleWith(VirtualKey key, VirtualUpstream upstream)
    {
        if (Happens(KeyFaults.Revocations))
        {
            Note($"{key.Name} v{key.Version} is revoked");
            upstream.Revoke(key.Text);
        }

        if (Happens(KeyFaults.Exhaustions))
        {
            Note($"{key.Quota} is used up");
            upstream.Exhaust(key.Quota, Now + Draw(0, 30 * TimeSpan.TicksPerSecond));
        }

        if (Happens(KeyFaults.Storms))
        {
            Note($"{key.Quota} is refused for a while");
            upstream.Storm(key.Quota, Now + Draw(0, 2 * TimeSpan.TicksPerSecond));
        }
    }

    private bool Happens(KeyFaults fault) => Plan.Has(fault) && _random.NextDouble() < Plan.FaultRate * 4;

    private void Reload(VirtualProcess process, int service)
    {
        var reloaded = process.Services[service];
        var next = ServiceDrawing.Changed(reloaded.First, reloaded.Spec, Plan, _random);
        Note($"{process.Name} reloads {next}");
        reloaded.Reload(next);
    }

    /// <summary>Long enough that every quota is whole again. That a key's is used up, and nobody says for how long, is told to others for a month.</summary>
    private void RestUntilFresh()
    {
        var rest = Fleet is { Plan.Form: FleetForm.Keys } ? TimeSpan.FromDays(36) : TimeSpan.FromMinutes(10);
        Events.RunUntil(Now + rest.Ticks);
    }
}
