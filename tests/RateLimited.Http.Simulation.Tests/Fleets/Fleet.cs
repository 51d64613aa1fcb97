using System.Text;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Simulation.Tests.Mutants;
using RateLimited.Http.Simulation.Tests.Oracles;
using RateLimited.Http.Simulation.Tests.Worlds;

namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>One Redis and all processes that count in it, what goes wrong between them, and what must hold of both.</summary>
internal sealed class Fleet : IDisposable
{
    /// <summary>Nobody waits for longer than this with nothing going wrong and nobody going: leases end, pauses too, and the longest windows are a few seconds.</summary>
    private static readonly long LongestStandstill = TimeSpan.FromSeconds(60).Ticks;

    private readonly World _world;
    private readonly List<FleetProcess> _processes = [];
    private readonly List<long> _excuses = [];
    private long _downUntil;
    private bool _isSeen;
    private long _failsUntil;
    private string _error = "";
    private long _movedAt;
    private int _waited;

    public Fleet(World world, FleetPlan plan, Mutant? mutant)
    {
        _world = world;
        Plan = mutant?.Fleet?.Invoke(plan) ?? plan;
        var text = ExchangeScript.Current.Text;
        Server = new VirtualRedis(mutant?.Script?.Invoke(text) ?? text, () => world.Now, Publish);
        Ledger = new FleetLedger(world, this);
    }

    public FleetPlan Plan { get; }

    public VirtualRedis Server { get; }

    public FleetLedger Ledger { get; }

    public bool IsDown => _world.Now < _downUntil;

    public bool IsSeenDown => IsDown && _isSeen;

    /// <summary>
    /// For how long any process could spend what it was granted. Each pads limits by its own two round trips: of one that is slower than another so much more may go as flows in during the difference.
    /// </summary>
    public long LongestValidity { get; set; }

    /// <summary>For how long after it was granted something may be spent.</summary>
    private long Slack => (4 * Plan.Timeout.Ticks) + Plan.Ahead.Ticks;

    public void Start() => _world.Events.At(0, Trouble);

    public void Dispose() => Server.Dispose();

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

    /// <summary>A message has arrived.</summary>
    /// <param name="keys">Its keys.</param>
    /// <param name="values">Its values.</param>
    /// <param name="run">How it asks for the script.</param>
    /// <param name="joins">Who says by it that it lives; null where nobody does.</param>
    public byte[] Run(byte[][] keys, byte[][] values, Func<IReadOnlyList<byte[]>, IReadOnlyList<byte[]>, byte[]> run, WatchedCounts? joins)
    {
        if (_world.Now < _failsUntil)
        {
            throw new ScriptErrorException(_error);
        }

        try
        {
            var answer = run(keys, values);
            RedisRecords.Check(Server.Written);
            var calls = Encoding.Latin1.GetString(keys[0]);
            if (Server.Written.Exists(written => written.Key != calls))
            {
                joins?.Heard(Plan.LeaseTimeToLive.Ticks);
            }

            return answer;
        }
        catch (ScriptErrorException fault) when (!fault.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            _world.Find(new InvariantException($"the script failed: {fault.Message}"));
            throw;
        }
        catch (InvariantException found)
        {
            _world.Find(found);
            throw;
        }
    }

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
        if (Server.Live is > 0 and var live)
        {
            throw new InvariantException($"{live} keys outlived all that they counted");
        }
    }

    private void Publish(string channel, string message) => _processes.ForEach(process => process.Connection.Hear(channel, message));

    /// <summary>Something may go wrong with Redis, and after a while something else.</summary>
    private void Trouble()
    {
        if (_world.IsCalm)
        {
            return;
        }

        _world.Events.In(_world.Draw(10 * TimeSpan.TicksPerMillisecond, 600 * TimeSpan.TicksPerMillisecond), Trouble);
        if (_world.Draw(0, 2) == 0)
        {
            Server.Copy();
        }

        if (Happens(FleetFaults.Outages, often: 2))
        {
            GoDown("is down");
        }

        if (Happens(FleetFaults.DataLosses, often: 2))
        {
            Excuse();
            Server.Lose();
            GoDown("has lost everything");
        }

        if (Happens(FleetFaults.Failovers, often: 2))
        {
            Excuse();
            Server.FailOver();
            GoDown("is what the replica was");
        }

        if (Happens(FleetFaults.JumpsBack, often: 2))
        {
            Jump(_world.Draw(-20_000_000, 0));
        }

        if (Happens(FleetFaults.JumpsForward, often: 2))
        {
            Excuse();
            Jump(_world.Draw(0, 20_000_000));
        }

        if (Happens(FleetFaults.ScriptFlushes, often: 4))
        {
            Server.FlushScripts();
        }

        if (Happens(FleetFaults.Errors, often: 2))
        {
            string[] errors = ["LOADING Redis is loading the dataset in memory", "READONLY You can't write against a read only replica.", "OOM command not allowed when used memory > 'maxmemory'.", "MISCONF Redis is configured to save", "BUSY Redis is busy running a script."];
            (_error, _failsUntil) = (errors[_world.Draw(0, errors.Length - 1)], _world.Now + _world.Draw(0, 3 * TimeSpan.TicksPerSecond));
            _world.Note($"redis answers {_error}");
        }

        if (Happens(FleetFaults.CutOffs, often: 4))
        {
            CutOff(_processes[(int)_world.Draw(0, _processes.Count - 1)]);
        }
    }

    private void GoDown(string how)
    {
        (_downUntil, _isSeen) = (_world.Now + (_world.Draw(0, 2) == 0 ? 0 : _world.Draw(0, 4 * TimeSpan.TicksPerSecond)), _world.Draw(0, 1) == 0);
        _world.Note($"redis {how} until {_downUntil}");
        if (_isSeen)
        {
            _processes.ForEach(static process => process.Connection.Break());
        }
    }

    private void CutOff(FleetProcess process)
    {
        (process.CutOffUntil, process.KnowsOfCut) = (_world.Now + _world.Draw(0, 6 * TimeSpan.TicksPerSecond), _world.Draw(0, 1) == 0);
        _world.Note($"{process.Label} is cut off until {process.CutOffUntil}");
        if (process.KnowsOfCut)
        {
            process.Connection.Break();
        }
    }

    private void Jump(long micros)
    {
        Server.Ahead += micros;
        _world.Note($"redis' clock jumps by {micros}");
    }

    private void Excuse() => _excuses.Add(_world.Now);
}
