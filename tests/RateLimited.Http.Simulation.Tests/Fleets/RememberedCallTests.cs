using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Exchange;
using RateLimited.Http.Redis.Keys;

namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>A call whose answer is lost is known again for a minute, whatever came before it.</summary>
public sealed class RememberedCallTests
{
    private const int Minute = 60_000_000;
    private const int Seeds = 100;

    private static readonly ServiceKeys Keys = new KeySchema("rl", []).Of("s");

    private long _now;
    private long _sequence;

    [Fact]
    public void A_call_is_remembered_for_a_minute_however_the_clock_jumps_before_it()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            using var redis = Busy(seed, jumps: true);

            var told = Tell(redis, isRetry: true);
            Pass(Minute - 1);
            Tell(redis, isRetry: true).ShouldBe(told, $"seed {seed}");
        }
    }

    [Fact]
    public void A_call_is_forgotten_after_two_minutes()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            using var redis = Busy(seed, jumps: false);

            Pass(2 * Minute);
            Tell(redis, isRetry: false).IsFirst.ShouldBeTrue($"seed {seed}");
        }
    }

    /// <summary>A server that was told of up to twenty calls, the last one just now.</summary>
    private VirtualRedis Busy(int seed, bool jumps)
    {
        var random = new Random(seed);
        var redis = new VirtualRedis(ExchangeScript.Current.Text, () => _now, static (_, _) => { });
        for (var calls = random.Next(1, 20); calls > 0; calls--)
        {
            Pass(random.Next(random.Next(1, 2 * Minute)));
            redis.Ahead += jumps && random.Next(5) == 0 ? random.Next(-2 * Minute, 2 * Minute) : 0;
            Tell(redis, isRetry: false);
        }

        return redis;
    }

    private void Pass(long micros) => _now += micros * TimeSpan.TicksPerMicrosecond;

    /// <summary>Says that this process lives. Returns when the server says that it was told so, and whether it knew of no earlier call.</summary>
    private (long ServerNow, bool IsFirst) Tell(VirtualRedis redis, bool isRetry)
    {
        var exchange = new SharedExchange { GuardOf = static _ => 0, LocalNow = static () => 0, Join = true };
        var message = new RedisMessage(exchange, Keys, static _ => throw new InvalidOperationException("No limit is told of."), leaseTicks: 30 * TimeSpan.TicksPerSecond);
        var values = message.Values(owner: 1, _sequence += isRetry ? 0 : 1, isRetry, serverNow: 0, localNow: 0);
        var (serverNow, _) = message.Read(redis.LoadAndRun([.. message.KeysWith(Keys.Calls("p")).Select(static key => (byte[])key!)], [.. values.Select(static value => (byte[])value!)]));
        return (serverNow.ShouldNotBeNull(), message.IsFirst);
    }
}
