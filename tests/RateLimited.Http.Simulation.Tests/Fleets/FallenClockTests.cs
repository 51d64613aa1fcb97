using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Exchange;
using RateLimited.Http.Redis.Keys;

namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>A server's clock that falls back keeps nobody waiting for longer than before.</summary>
public sealed class FallenClockTests
{
    private static readonly ServiceKeys Keys = new KeySchema("rl", []).Of("s");

    private long _now;
    private long _sequence;

    [Fact]
    public void A_pause_is_no_longer_for_it()
    {
        using var redis = new VirtualRedis(ExchangeScript.Current.Text, () => _now, static (_, _) => { });

        Tell(redis, new SharedExchange { GuardOf = static _ => 0, LocalNow = static () => 0, Pause = 10 * TimeSpan.TicksPerSecond, Join = true });
        redis.Ahead -= 3_600_000_000;
        _now += 4 * TimeSpan.TicksPerSecond;
        Ask(redis, join: true).ShouldBe(10 * TimeSpan.TicksPerSecond);
        _now += 4 * TimeSpan.TicksPerSecond;
        Ask(redis, join: false).ShouldBe(6 * TimeSpan.TicksPerSecond);
        _now += 4 * TimeSpan.TicksPerSecond;
        Ask(redis, join: true).ShouldBe(2 * TimeSpan.TicksPerSecond);
        _now += 2 * TimeSpan.TicksPerSecond;
        Ask(redis, join: false).ShouldBe(0);
    }

    private long Ask(VirtualRedis redis, bool join)
    {
        var question = new SharedQuestion { Wants = [] };
        Tell(redis, new SharedExchange { GuardOf = static _ => 0, LocalNow = static () => 0, Join = join, Questions = { question } });
        return question.IsGranted ? 0 : question.Wait;
    }

    private void Tell(VirtualRedis redis, SharedExchange exchange)
    {
        var message = new RedisMessage(exchange, Keys, static _ => throw new InvalidOperationException("No limit is told of."), leaseTicks: 30 * TimeSpan.TicksPerSecond);
        var values = message.Values(owner: 1, ++_sequence, isRetry: false, serverNow: 0, localNow: 0);
        message.Read(redis.LoadAndRun([.. message.KeysWith(Keys.Calls("p")).Select(static key => (byte[])key!)], [.. values.Select(static value => (byte[])value!)]));
    }
}
