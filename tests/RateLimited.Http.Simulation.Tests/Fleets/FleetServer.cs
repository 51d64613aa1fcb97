using System.Text;
using RateLimited.Http.Simulation.Tests.Oracles;
using RateLimited.Http.Simulation.Tests.Worlds;

namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>One Redis of a fleet, and whether it can be asked.</summary>
internal sealed class FleetServer(World world, Fleet fleet, string script, int number) : IDisposable
{
    private long _downUntil;
    private bool _isSeen;
    private long _failsUntil;
    private string _error = "";

    public VirtualRedis Redis { get; } = new(script, () => world.Now, (channel, message) => fleet.Publish(number, channel, message));

    /// <summary>Its place among the servers: the first is asked as long as it can be.</summary>
    public int Number => number;

    public bool IsDown => world.Now < _downUntil;

    public bool IsSeenDown => IsDown && _isSeen;

    /// <summary>A message has arrived.</summary>
    /// <param name="keys">Its keys.</param>
    /// <param name="values">Its values.</param>
    /// <param name="run">How it asks for the script.</param>
    /// <param name="joins">Who says by it that it lives; null where nobody does.</param>
    public byte[] Run(byte[][] keys, byte[][] values, Func<IReadOnlyList<byte[]>, IReadOnlyList<byte[]>, byte[]> run, WatchedCounts? joins)
    {
        if (world.Now < _failsUntil)
        {
            throw new ScriptErrorException(_error);
        }

        try
        {
            var answer = run(keys, values);
            RedisRecords.Check(Redis.Written);
            var calls = Encoding.Latin1.GetString(keys[0]);
            if (Redis.Written.Exists(written => written.Key != calls))
            {
                joins?.Heard(fleet.Plan.LeaseTimeToLive.Ticks);
            }

            return answer;
        }
        catch (ScriptErrorException fault) when (!fault.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            world.Find(new InvariantException($"the script failed: {fault.Message}"));
            throw;
        }
        catch (InvariantException found)
        {
            world.Find(found);
            throw;
        }
    }

    public void Fail(string error, long ticks)
    {
        (_error, _failsUntil) = (error, world.Now + ticks);
        world.Note($"{this} answers {error}");
    }

    public void GoDown(string how)
    {
        (_downUntil, _isSeen) = (world.Now + (world.Draw(0, 2) == 0 ? 0 : world.Draw(0, 4 * TimeSpan.TicksPerSecond)), world.Draw(0, 1) == 0);
        world.Note($"{this} {how} until {_downUntil}");
        if (_isSeen)
        {
            fleet.Break(number);
        }
    }

    public void Jump(long micros)
    {
        Redis.Ahead += micros;
        world.Note($"{this}' clock jumps by {micros}");
    }

    public void Dispose() => Redis.Dispose();

    public override string ToString() => number == 0 ? "redis" : "the second redis";
}
