using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Resilience;
using RateLimited.Http.Simulation.Tests.Oracles;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Simulation.Tests.Worlds;

/// <summary>One service of one process: the real limiter, circuit and budget, and what the world knows of them.</summary>
internal sealed class VirtualService : IDisposable
{
    private static readonly BreakerRule Breaking = new()
    {
        Window = 5 * TimeSpan.TicksPerSecond,
        MinimumCalls = 5,
        Break = TimeSpan.TicksPerSecond,
        MaxBreak = 3 * TimeSpan.TicksPerSecond,
        Probes = 2,
    };

    private readonly World _world;
    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly Dictionary<(string Limit, string Partition), LimitOracle> _oracles = [];

    public VirtualService(World world, VirtualProcess process, InProcessStore store, ServiceSpec spec, VirtualUpstream upstream)
    {
        _world = world;
        Process = process;
        Upstream = upstream;
        First = spec;
        Spec = spec;
        MostPartitions = spec.MaxPartitions;
        var telemetry = _telemetry.For($"{process.Name} {spec.Name}");
        if (spec.Pool is { } pool)
        {
            Ring = new PoolRing(spec.Name, telemetry, new Random((int)world.Draw(0, int.MaxValue)));
            Keys = new KeyLedger();
            Keys.Apply(pool);
        }

        Limiter = new ServiceLimiter(world.Defined(spec) with { Keys = KeysOf(spec, now: 0) }, store, telemetry, Completion.Inline, process.Shared);
        if (process.Shared is not null && Ring is not null)
        {
            Limiter.ExpectAnswers();
        }
    }

    public VirtualProcess Process { get; }

    public VirtualUpstream Upstream { get; }

    public ServiceLimiter Limiter { get; }

    /// <summary>What it was configured as at first.</summary>
    public ServiceSpec First { get; }

    public ServiceSpec Spec { get; private set; }

    /// <summary>How often it was configured anew.</summary>
    public int Reloads { get; private set; }

    public List<VirtualCall> Waiting { get; } = [];

    /// <summary>How many hold a ticket.</summary>
    public int Held { get; set; }

    public CircuitBreaker Breaker { get; } = new(Breaking);

    public RetryRecord Retries { get; } = new();

    /// <summary>The API keys, and what the world knows of them; null where there are none.</summary>
    public PoolRing? Ring { get; }

    public KeyLedger? Keys { get; }

    /// <summary>How many partitions a limit was ever allowed to have: a lower cap evicts nobody.</summary>
    public int MostPartitions { get; private set; }

    /// <summary>When the circuit last let a call through, or heard of one.</summary>
    public long LastPass { get; set; }

    public static long LongestBreak => Breaking.MaxBreak + Breaking.Break;

    /// <summary>Takes a new configuration.</summary>
    public void Reload(ServiceSpec next)
    {
        var previous = Spec;
        Spec = next;
        Reloads++;
        MostPartitions = Math.Max(MostPartitions, next.MaxPartitions);
        if (next.Mode != previous.Mode)
        {
            _oracles.Clear();
        }

        foreach (var key in _oracles.Keys.ToArray())
        {
            if (key.Limit == VirtualProcess.GlobalName)
            {
                continue;
            }

            var (was, now) = (_oracles[key].Spec, All(next).FirstOrDefault(limit => Scoped(next, limit) == key.Limit));
            if (now is not null && now.Kind == was.Kind && now.Window == was.Window && now.Unit == was.Unit)
            {
                _oracles[key].Change(now);
                if (now.By is PartitionBy.Tenant or PartitionBy.Name && next.MaxPartitions < ServiceSpec.ManyPartitions)
                {
                    _oracles[key].LoseStep();
                }
            }
            else
            {
                _oracles.Remove(key);
            }
        }

        var hasReplaced = _world.Fleet is not null && next.Pool?.Keys.Any(key => previous.Pool!.Keys.Any(was => was.Name == key.Name && was.Text != key.Text)) == true;
        if (next.Pool is { } pool && (Keys!.Apply(pool) || hasReplaced))
        {
            // Whoever draws on it once more begins anew.
            Upstream.IsForgotten = true;
            var quotas = pool.Keys.Select(static key => key.Quota).ToHashSet(StringComparer.Ordinal);
            foreach (var key in _oracles.Keys.Where(key => _oracles[key].Spec.By == PartitionBy.Key && !quotas.Contains(key.Partition)).ToArray())
            {
                _oracles.Remove(key);
            }
        }

        Limiter.Apply(now => _world.Defined(next) with { Keys = next.Pool is null ? null : KeysOf(next, now) });
    }

    /// <summary>A request was let go: every limit that counts it must have allowed it.</summary>
    public IReadOnlyList<(LimitOracle Oracle, LimitOracle.Admission Admission)> Admitted(AdmissionRequest request, AdmissionTicket ticket)
    {
        if (Spec.Mode != RateLimitMode.Enforce)
        {
            return [];
        }

        if (!Spec.TrustsUpstream)
        {
            MustBeCharged(request, ticket);
        }

        var charged = Charged(ticket).Select(static charge => charge.Name).ToHashSet(StringComparer.Ordinal);
        var admissions = new List<(LimitOracle, LimitOracle.Admission)>();
        foreach (var limit in Spec.LimitsOf(request).Where(limit => charged.Contains(limit.Name)))
        {
            var partition = limit.By switch { PartitionBy.Tenant => request.Tenant!, PartitionBy.Name => request.Partition!, PartitionBy.Key => QuotaOf(Keys!.Of(ticket.Key!.Chosen!.Name).Key), _ => string.Empty };
            var cost = ServiceSpec.CostOf(limit.Unit, request.Costs);
            if (_world.Fleet is { } fleet && limit.Kind != LimitKind.LearnedSlots)
            {
                var first = All(First).FirstOrDefault(each => each.Name == limit.Name) ?? limit;
                admissions.AddRange(fleet.Ledger.Admitted(this, first, partition, cost));
            }
            else
            {
                admissions.Add(Admit(Oracle(Scoped(Spec, limit), partition, limit), cost));
            }
        }

        return admissions;
    }

    public (LimitOracle Oracle, LimitOracle.Admission Admission) Admit(LimitOracle oracle, long cost) =>
        (oracle, oracle.Admit(_world.Now, Process.Clock.GetUtcNow().UtcTicks, cost));

    public void Dispose()
    {
        Limiter.Dispose();
        _telemetry.Dispose();
    }

    /// <summary>Whose quota a key draws on: with others a key with another text is another.</summary>
    private string QuotaOf(VirtualKey key) => _world.Fleet is null ? key.Quota : key.Group ?? key.Text;

    private KeyPoolDefinition? KeysOf(ServiceSpec spec, long now) => spec.Pool?.Plan.Define(Ring!, now) is { } keys ? _world.Defined(keys) : null;

    private static IEnumerable<LimitSpec> All(ServiceSpec spec) => spec.Limits.Concat(spec.EndpointLimits).Concat(spec.TenantLimits).Concat(spec.ClassLimits ?? []).Concat(spec.KeyLimits);

    /// <summary>The limit's name: drawn so that no two of a service have the same.</summary>
    private static string Scoped(ServiceSpec spec, LimitSpec limit) => $"{spec.Name} {limit.Name}";

    private static List<(string Name, long Cost)> Charged(AdmissionTicket ticket)
    {
        var charges = new List<(string Name, long Cost)>();
        foreach (ref var charge in ticket.Charges)
        {
            if (charge.Partition.Limit.Rule is not (Http.Limits.ReportedLimit or Http.Limits.AskFirst or SharedRule { Inner: Http.Limits.FleetRule }))
            {
                charges.Add((charge.Partition.Limit.Definition.Name, charge.Cost));
            }
        }

        return charges;
    }

    private void MustBeCharged(in AdmissionRequest request, AdmissionTicket ticket)
    {
        var costs = request.Costs;
        var expected = Spec.LimitsOf(request).Select(limit => (limit.Name, Cost: ServiceSpec.CostOf(limit.Unit, costs)));
        if (Process.Global is { } global && ServiceSpec.CostOf(global.Unit, costs) > 0)
        {
            expected = expected.Append((global.Name, ServiceSpec.CostOf(global.Unit, costs)));
        }

        var (right, charged) = (Text(expected), Text(Charged(ticket)));
        if (right != charged)
        {
            throw new InvariantException($"{Process.Name} {Spec.Name} charged {charged} and not {right}");
        }

        static string Text(IEnumerable<(string Name, long Cost)> charges) => string.Join(", ", charges.Select(static charge => $"{charge.Cost} of '{charge.Name}'").Order(StringComparer.Ordinal));
    }

    private LimitOracle Oracle(string limit, string partition, LimitSpec spec)
    {
        if (!_oracles.TryGetValue((limit, partition), out var oracle))
        {
            // What a reload brought may have taken over what went before it, and above the cap on partitions several are counted as one.
            var isInStep = Reloads == 0 && (spec.By is PartitionBy.Service or PartitionBy.Key || Spec.MaxPartitions >= ServiceSpec.ManyPartitions);
            _oracles.Add((limit, partition), oracle = LimitOracle.Of(spec, _world.MostWindows, isInStep));
        }

        return oracle;
    }
}
