using RateLimited.Http.Redis;
using RateLimited.Http.Simulation.Tests.Oracles;
using RateLimited.Http.Simulation.Tests.Worlds;

namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>
/// What a whole fleet let go, held against what docs/redis.md promises: what Redis granted, against the quota, and once more for each loss of data and jump of its clock in the interval; what a process
/// let go while it was alone, against its share, anew each time, and by each configuration.
/// </summary>
internal sealed class FleetLedger(World world, Fleet fleet)
{
    private readonly Excuses _excuses = new(fleet.ExcusesSince, () => fleet.LongestValidity);
    private readonly Dictionary<(string Limit, string Partition, string Alone), LimitOracle> _oracles = [];

    /// <summary>A request goes that a limit counts.</summary>
    /// <param name="service">Whose it is.</param>
    /// <param name="limit">The limit as it was at first: it is never wider.</param>
    /// <param name="partition">Whom it counts the request with.</param>
    /// <param name="cost">What it costs.</param>
    public IReadOnlyList<(LimitOracle Oracle, LimitOracle.Admission Admission)> Admitted(VirtualService service, LimitSpec limit, string partition, long cost)
    {
        var counts = service.Process.Shared!.CountsOf(service.Spec.Name);
        return Admitted(service, $"{service.Spec.Name} {limit.Name}", limit, partition, counts, fleet.Plan.Instances, cost);
    }

    /// <summary>A request goes that a limit over all services of all processes counts: each service of each process asks for it, or each process for all of its services.</summary>
    /// <param name="service">Whose it is.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="cost">What it costs.</param>
    public (LimitOracle Oracle, LimitOracle.Admission Admission)? AdmittedGlobally(VirtualService service, LimitSpec limit, long cost)
    {
        var isInBlocks = fleet.Plan.Globals == RedisGlobalLimits.Blocks;
        var counts = service.Process.Shared!.CountsOf(isInBlocks ? "" : service.Spec.Name);
        return Admitted(service, limit.Name, limit, partition: "", counts, fleet.Plan.Instances * (isInBlocks ? 1 : world.Specs.Count), cost) is [var only] ? only : null;
    }

    private IReadOnlyList<(LimitOracle Oracle, LimitOracle.Admission Admission)> Admitted(VirtualService service, string name, LimitSpec limit, string partition, WatchedCounts counts, int sharers, long cost)
    {
        var share = ShareOf(limit, sharers);
        if (counts.IsAlone && fleet.Plan.OnFailure != RedisFailureMode.LocalShare)
        {
            return fleet.Plan.OnFailure == RedisFailureMode.FailOpen ? [] : throw new InvariantException($"{service.Process.Name} {name}: it went while nobody could be asked, and nobody may then");
        }

        return limit.Kind == LimitKind.Slots ? [Held(name, limit, share, partition, counts, cost)]
            : counts.IsAlone ? [service.Admit(Alone(name, share, partition, $"{counts.Name} {counts.Life} {counts.TimesAlone} {service.Reloads}"), Math.Min(cost, share.Capacity))]
            : [service.Admit(Granted(name, limit, partition, counts), cost)];
    }

    /// <summary>Two servers have a quota each.</summary>
    private LimitOracle Granted(string name, LimitSpec limit, string partition, WatchedCounts counts) =>
        Get((name, partition, counts.Answered is { Number: > 0 } server ? $"{server}" : ""), () => LimitOracle.Of(limit, mostWindows: 2, isInStep: false, _excuses));

    private LimitOracle Alone(string name, LimitSpec share, string partition, string time) =>
        Get((name, partition, time), () => LimitOracle.Of(share, mostWindows: 2 * world.MostWindows, isInStep: false));

    private (LimitOracle Oracle, LimitOracle.Admission Admission) Held(string name, LimitSpec limit, LimitSpec share, string partition, WatchedCounts counts, long cost)
    {
        var oracle = (FleetSlotOracle)Get((name, partition, ""), () => new FleetSlotOracle(limit, share.Quota, fleet));
        return (oracle, oracle.Admit(world.Now, counts, cost));
    }

    private LimitOracle Get((string Limit, string Partition, string Alone) of, Func<LimitOracle> make)
    {
        if (!_oracles.TryGetValue(of, out var oracle))
        {
            _oracles.Add(of, oracle = make());
        }

        return oracle;
    }

    /// <summary>What one process has of a limit while it is alone. What does not divide is one in as many windows.</summary>
    private static LimitSpec ShareOf(LimitSpec limit, int sharers)
    {
        var windows = limit.Quota >= sharers ? 1 : (sharers + limit.Quota - 1) / limit.Quota;
        return limit with { Quota = Math.Max(limit.Quota / sharers, 1), Burst = Math.Max(limit.Burst / sharers, 1), Window = limit.Window * windows };
    }
}
