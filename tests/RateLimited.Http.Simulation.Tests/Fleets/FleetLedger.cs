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
        var name = $"{service.Spec.Name} {limit.Name}";
        if (counts.IsAlone)
        {
            return fleet.Plan.OnFailure switch
            {
                RedisFailureMode.FailOpen => [],
                RedisFailureMode.FailClosed => throw new InvariantException($"{service.Process.Name} {name}: it went while nobody could be asked, and nobody may then"),
                _ => limit.Kind == LimitKind.Slots ? [Held(name, limit, partition, counts, cost)] : [service.Admit(Alone(name, limit, partition, $"{counts.Life} {counts.TimesAlone} {service.Reloads}"), Math.Min(cost, ShareOf(limit).Capacity))],
            };
        }

        return limit.Kind == LimitKind.Slots ? [Held(name, limit, partition, counts, cost)] : [service.Admit(Granted(name, limit, partition), cost)];
    }

    private LimitOracle Granted(string name, LimitSpec limit, string partition) =>
        Get((name, partition, ""), () => LimitOracle.Of(limit, mostWindows: 2, isInStep: false, _excuses));

    private LimitOracle Alone(string name, LimitSpec limit, string partition, string time) =>
        Get((name, partition, time), () => LimitOracle.Of(ShareOf(limit), mostWindows: 2 * world.MostWindows, isInStep: false));

    private (LimitOracle Oracle, LimitOracle.Admission Admission) Held(string name, LimitSpec limit, string partition, WatchedCounts counts, long cost)
    {
        var oracle = (FleetSlotOracle)Get((name, partition, ""), () => new FleetSlotOracle(limit, ShareOf(limit).Quota, fleet));
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
    private LimitSpec ShareOf(LimitSpec limit)
    {
        var instances = fleet.Plan.Instances;
        var windows = limit.Quota >= instances ? 1 : (instances + limit.Quota - 1) / limit.Quota;
        return limit with { Quota = Math.Max(limit.Quota / instances, 1), Burst = Math.Max(limit.Burst / instances, 1), Window = limit.Window * windows };
    }
}
