using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Redis;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Exchange;
using RateLimited.Http.Redis.Keys;
using RateLimited.Http.Simulation.Tests.Worlds;

namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>One life of a process as a fleet knows it: its store, which is the real one over a connection that is not.</summary>
internal sealed class FleetProcess : ISharedStore
{
    private readonly World _world;
    private readonly Fleet _fleet;
    private readonly VirtualProcess _process;
    private readonly int _epoch;
    private readonly Dictionary<string, WatchedCounts> _services = new(StringComparer.Ordinal);

    public FleetProcess(World world, Fleet fleet, VirtualProcess process)
    {
        (_world, _fleet, _process, _epoch) = (world, fleet, process, process.Epoch);
        Connections = [.. fleet.Servers.Select(server => new VirtualConnection(world, fleet, server, this))];
        Settings = fleet.Plan.Settings(new Random((int)world.Draw(0, int.MaxValue)));
    }

    public string Name => "Redis";

    public SharedSettings Settings { get; }

    /// <summary>One with each server.</summary>
    public IReadOnlyList<VirtualConnection> Connections { get; }

    /// <summary>What is counted of each service, by the key of its calls.</summary>
    public Dictionary<string, WatchedCounts> Counts { get; } = new(StringComparer.Ordinal);

    public string Label => $"{_process.Name}/{_epoch}";

    public bool IsAlive => _process.Epoch == _epoch;

    /// <summary>Until when no question of its arrives, and whether it knows.</summary>
    public long CutOffUntil { get; set; }

    public bool KnowsOfCut { get; set; }

    /// <summary>Which server it is that they do not arrive at; null for all.</summary>
    public FleetServer? CutOffFrom { get; set; }

    public bool IsCutOff(FleetServer server) => _world.Now < CutOffUntil && (CutOffFrom is null || CutOffFrom == server);

    public bool IsSeenCutOff(FleetServer server) => IsCutOff(server) && KnowsOfCut;

    /// <summary>The connections break that it is cut off from.</summary>
    public void BreakCut()
    {
        foreach (var connection in Connections.Where(connection => CutOffFrom is null || connection.Server == CutOffFrom))
        {
            connection.Break();
        }
    }

    public ISharedCounts Open(string service, Action<int> onNews)
    {
        var schema = new KeySchema("rl", "a secret of the swarm"u8);
        var (keys, life) = (_fleet.Plan.Globals == RedisGlobalLimits.CoLocated ? schema.Beside(service) : schema.Of(service), $"{_process.Name} {_epoch}");
        var real = new RedisCounts([.. Connections.Select(ConnectionSource.Of)], schema, keys, life, _fleet.Plan.Options, _process.Clock, onNews);
        var counts = new WatchedCounts(_world, $"{_process.Name} {service}", this, real);
        Counts.Add(keys.Calls(life), counts);
        _services.Add(service, counts);
        return counts;
    }

    /// <summary>Another server was asked than before: what this process holds, and is owed, the other has not counted.</summary>
    public void ChangeServer() => _fleet.Excuse();

    public void NoteValidity(long validity) => _fleet.LongestValidity = Math.Max(_fleet.LongestValidity, validity);

    public WatchedCounts CountsOf(string service) => _services[service];

    /// <summary>Lets something happen in this life of the process, when it runs.</summary>
    public void In(long ticks, Action happen) => _world.Events.In(ticks, () => _process.Run(_epoch, happen));
}
