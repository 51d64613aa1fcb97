using RateLimited.Http.Redis;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Simulation.Tests.Mutants;
using RateLimited.Http.Simulation.Tests.Oracles;
using RateLimited.Http.Simulation.Tests.Worlds;

namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>One Redis, or two, and all processes that count in it, what goes wrong between them, and what must hold of both.</summary>
internal sealed class Fleet : IDisposable
{
    /// <summary>Nobody waits for longer than this with nothing going wrong and nobody going: leases end, pauses too, and the longest windows are a few seconds.</summary>
    private static readonly long LongestStandstill = TimeSpan.FromSeconds(60).Ticks;

    private readonly World _world;
    private readonly List<FleetProcess> _processes = [];
    private readonly List<long> _excuses = [];
    private long _movedAt;
    private int _waited;

    public Fleet(World world, FleetPlan plan, Mutant? mutant)
    {
        _world = world;
        Plan = mutant?.Fleet?.Invoke(plan) ?? plan;
        var text = ExchangeScript.Current.Text;
        Servers = [.. Enumerable.Range(0, Plan.Servers).Select(number => new FleetServer(world, this, mutant?.Script?.Invoke(text) ?? text, number))];
        Ledger = new FleetLedger(world, this);
    }

    public FleetPlan Plan { get; }

    /// <summary>Those that can be asked: the first as long as it can be.</summary>
    public IReadOnlyList<FleetServer> Servers { get; }

    public FleetLedger Ledger { get; }

    /// <summary>
    /// For how long any process could spend what it was granted. Each pads limits by its own two round trips: of one that is slower than another so much more may go as flows in during the difference.
    /// </summary>
    public long LongestValidity { get; set; }

    /// <summary>For how long after it was granted something may be spent.</summary>
    private long Slack => (4 * Plan.Timeout.Ticks) + Math.Max(Plan.Ahead.Ticks, Plan.Globals == RedisGlobalLimits.Blocks ? Plan.GlobalAhead.Ticks : 0);

    public void Start() => _world.Events.At(0, Trouble);

    public void Dispose()
    {
        foreach (var server in Servers)
        {
            server.Dispose();
        }
    }

    /// <summary>A process begins a life.</summary>
    public FleetProcess Begin(VirtualProcess process)
    {
        _processes.RemoveAll(static each => !each.IsAlive);
        var begun = new FleetProcess(_world, this, process);
        _processes.Add(begun);
        return begun;
    }

    public long DrawWay() => Plan.Way + _world.Draw(0, Plan.Spread) + (Happens(FleetFaults.Delays) ? _world.Draw(0, 4 * Plan.Timeout.Ticks) : 0);

    public bool Happens(FleetFaults fault, int often = 1) => Plan.Has(fault) && !_world.IsCalm && _world.DrawFraction() < Plan.FaultRate * often;

    /// <summary>How often, since an instant, something happened after which as much more may go. What was granted before may be spent a little later.</summary>
    public int ExcusesSince(long instant) => _excuses.Count(excuse => excuse >= instant - Slack);

    /// <summary>Whether what was taken at an instant may have been given to others since: nobody heard of its holder for as long as leases live.</summary>
    public bool MayBeLost(long taken, WatchedCounts holder, long now) =>
        holder.LapsedAt >= taken || now - Math.Max(holder.HeardAt, taken - Slack) >= Plan.LeaseTimeToLive.Ticks;

    /// <summary>With nothing going wrong, and somebody waiting, somebody goes before long.</summary>
    public void AfterEvent()
    {
        var waiting = _world.Processes.Sum(static process => process.Services.Sum(static service => service.Waiting.Count));
        if (!_world.IsCalm || waiting == 0 || waiting != _waited)
        {
            (_movedAt, _waited) = (_world.Now, waiting);
            return;
        }

        if (_world.Now - _movedAt > LongestStandstill)
        {
            throw new InvariantException($"{waiting} have waited since {_movedAt}, and nobody has gone");
        }
    }

    /// <summary>After a rest nothing is left.</summary>
    public void WhenFresh()
    {
        if (Servers.Sum(static server => server.Redis.Live) is > 0 and var live)
        {
            throw new InvariantException($"{live} keys outlived all that they counted");
        }
    }

    /// <summary>Something was published on a server.</summary>
    public void Publish(int server, string channel, string message) => _processes.ForEach(process => process.Connections[server].Hear(channel, message));

    /// <summary>All connections with a server break, and everybody knows.</summary>
    public void Break(int server) => _processes.ForEach(process => process.Connections[server].Break());

    /// <summary>Something happens after which as much more may go.</summary>
    public void Excuse() => _excuses.Add(_world.Now);

    /// <summary>Something may go wrong with Redis, and after a while something else.</summary>
    private void Trouble()
    {
        if (_world.IsCalm)
        {
            return;
        }

        _world.Events.In(_world.Draw(10 * TimeSpan.TicksPerMillisecond, 600 * TimeSpan.TicksPerMillisecond), Trouble);
        var server = Servers.Count == 1 ? Servers[0] : Servers[_world.Draw(0, 3) == 0 ? 1 : 0];
        if (_world.Draw(0, 2) == 0)
        {
            server.Redis.Copy();
        }

        if (Happens(FleetFaults.Outages, often: 2))
        {
            server.GoDown("is down");
        }

        if (Happens(FleetFaults.DataLosses, often: 2))
        {
            Excuse();
            server.Redis.Lose();
            server.GoDown("has lost everything");
        }

        if (Happens(FleetFaults.Failovers, often: 2))
        {
            Excuse();
            server.Redis.FailOver();
            server.GoDown("is what the replica was");
        }

        if (Happens(FleetFaults.JumpsBack, often: 2))
        {
            server.Jump(_world.Draw(-20_000_000, 0));
        }

        if (Happens(FleetFaults.JumpsForward, often: 2))
        {
            Excuse();
            server.Jump(_world.Draw(0, 20_000_000));
        }

        if (Happens(FleetFaults.ScriptFlushes, often: 4))
        {
            server.Redis.FlushScripts();
        }

        if (Happens(FleetFaults.Errors, often: 2))
        {
            string[] errors = ["LOADING Redis is loading the dataset in memory", "READONLY You can't write against a read only replica.", "OOM command not allowed when used memory > 'maxmemory'.", "MISCONF Redis is configured to save", "BUSY Redis is busy running a script."];
            server.Fail(errors[_world.Draw(0, errors.Length - 1)], _world.Draw(0, 3 * TimeSpan.TicksPerSecond));
        }

        if (Happens(FleetFaults.CutOffs, often: 4))
        {
            CutOff(_processes[(int)_world.Draw(0, _processes.Count - 1)]);
        }
    }

    private void CutOff(FleetProcess process)
    {
        (process.CutOffUntil, process.KnowsOfCut) = (_world.Now + _world.Draw(0, 6 * TimeSpan.TicksPerSecond), _world.Draw(0, 1) == 0);
        process.CutOffFrom = Servers.Count > 1 && _world.Draw(0, 1) == 0 ? Servers[0] : null;
        _world.Note($"{process.Label} is cut off{(process.CutOffFrom is null ? "" : $" from {process.CutOffFrom}")} until {process.CutOffUntil}");
        if (process.KnowsOfCut)
        {
            process.BreakCut();
        }
    }
}
