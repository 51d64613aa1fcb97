using RateLimited.Http.Admission.Sharing;
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
        Connection = new VirtualConnection(world, fleet, this);
        Settings = fleet.Plan.Settings(new Random((int)world.Draw(0, int.MaxValue)));
    }

    public string Name => "Redis";

    public SharedSettings Settings { get; }

    public VirtualConnection Connection { get; }

    /// <summary>What is counted of each service, by the key of its calls.</summary>
    public Dictionary<string, WatchedCounts> Counts { get; } = new(StringComparer.Ordinal);

    public string Label => $"{_process.Name}/{_epoch}";

    public bool IsAlive => _process.Epoch == _epoch;

    /// <summary>Until when no question of its arrives, and whether it knows.</summary>
    public long CutOffUntil { get; set; }

    public bool KnowsOfCut { get; set; }

    public bool IsCutOff => _world.Now < CutOffUntil;

    public bool IsSeenCutOff => IsCutOff && KnowsOfCut;

    public ISharedCounts Open(string service, Action<int> onNews)
    {
        var schema = new KeySchema("rl", []);
        var (keys, life) = (schema.Of(service), $"{_process.Name} {_epoch}");
        var real = new RedisCounts([ConnectionSource.Of(Connection)], schema, keys, life, _fleet.Plan.Options, _process.Clock, onNews);
        var counts = new WatchedCounts(_world, $"{_process.Name} {service}", this, real);
        Counts.Add(keys.Calls(life), counts);
        _services.Add(service, counts);
        return counts;
    }

    public void NoteValidity(long validity) => _fleet.LongestValidity = Math.Max(_fleet.LongestValidity, validity);

    public WatchedCounts CountsOf(string service) => _services[service];

    /// <summary>Lets something happen in this life of the process, when it runs.</summary>
    public void In(long ticks, Action happen) => _world.Events.In(ticks, () => _process.Run(_epoch, happen));
}
