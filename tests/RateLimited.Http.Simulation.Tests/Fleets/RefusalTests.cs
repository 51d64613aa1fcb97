using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Messages;

namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>
/// A refusal by the usual message says how long to wait by how long the key has to live: never too short, less than three milliseconds too long, and exactly where that would be more than three parts of a hundred. The message
/// of every other form, which reads the clock, is the measure, at the same instant.
/// </summary>
public sealed class RefusalTests
{
    private const long Grain = 3_000;
    private const long Short = 97_000;
    private const int Steps = 60;

    private static readonly byte[][] Keys = ["{a}:o"u8.ToArray(), "{a}:s"u8.ToArray()];

    private long _micros;
    private long _sequence;

    [Fact]
    public void A_wait_is_never_told_too_short_and_hardly_too_long()
    {
        var (rough, exact) = (0, 0);
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var window = random.NextInt64(10_000, random.Next(2) == 0 ? 2_000_000 : 3_600_000_000);
            var quota = random.Next(1, 12);
            LimitTerms limit = random.Next(2) == 0 ? new BucketTerms(1, quota, window, quota) : new SlidingTerms(1, quota, window);
            using var redis = new VirtualRedis(ExchangeScript.Current.Text, () => _micros * TimeSpan.TicksPerMicrosecond, static (_, _) => { });
            for (var step = 0; step < Steps; step++)
            {
                _micros += random.NextInt64(1 + (window / random.Next(1, 40)));
                redis.Ahead += random.Next(12) == 0 ? random.NextInt64(-window, window) : 0;
                var cost = random.Next(1, quota + 1);
                var answer = redis.LoadAndRun(Keys, Usual(limit, cost));
                var told = MessageReader.IsNumber(answer) ? MessageReader.NumberOf(answer) / 8 : WaitOf(answer);
                if (told == 0)
                {
                    continue;
                }

                var wait = WaitOf(redis.LoadAndRun(Keys, Whole(limit, cost)));
                told.ShouldBeInRange(wait, wait + (wait > Short ? Grain - 1 : 0), $"seed {seed}, step {step}");
                (rough, exact) = told > wait ? (rough + 1, exact) : (rough, exact + 1);
            }
        }

        // Both ways to decide were gone.
        rough.ShouldBeGreaterThan(500);
        exact.ShouldBeGreaterThan(500);
    }

    private byte[][] Usual(LimitTerms limit, long cost)
    {
        var message = new MessageWriter();
        var heads = 28 + limit.HeadBytes;
        message.Add(3, ++_sequence, heads);
        limit.WriteUsual(message, cost, guard: 0);
        return limit.HasTail ? [message.ToBytes(), [.. System.Text.Encoding.ASCII.GetBytes($"{heads - 1}")]] : [message.ToBytes()];
    }

    private byte[][] Whole(LimitTerms limit, long cost)
    {
        var message = new MessageWriter();
        message.Add(2, 1, ++_sequence, 0, 0, 1, 1);
        limit.Write(message, guard: 0, serverNow: 0);
        var (whole, parts) = limit.TimeOf(cost, guard: 0);
        message.Add(0, 1, 1, 1, cost, whole, parts, 0, 1);
        return [message.ToBytes(), "c"u8.ToArray()];
    }

    /// <summary>The wait that an answer of numbers says, zero where the question was granted.</summary>
    private static long WaitOf(byte[] answer)
    {
        var reader = new MessageReader(answer);
        if (reader.Next() is 5 or 8)
        {
            return 0;
        }

        (_, _) = (reader.Next(), reader.Next());
        return reader.Next() == 1 ? 0 : reader.Next();
    }
}
