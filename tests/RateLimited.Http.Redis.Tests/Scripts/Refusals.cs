using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Messages;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Scripts;

/// <summary>How long to wait is told by how long the key has to live, which servers count in milliseconds, each in its way: never too short, and less than three too long. What setting it took comes on top where the clock does not stand still meanwhile. Nothing is written.</summary>
internal static class Refusals
{
    private const long Hour = 3_600_000_000;
    private const int Asked = 100;

    private static readonly BucketTerms Limit = new(1, 100, Hour, 100);

    public static void AreTold(IDatabase database, string stem)
    {
        RedisKey[] keys = [$"{stem}:o", $"{stem}:s"];
        var began = Now();
        Run(1, cost: 100);
        Run(2, cost: 1);

        // A server whose clock goes on while it runs a script counts a life from when it is set, and the limit from when the script began.
        var writing = Now() - began;
        var before = (byte[])database.StringGet(keys[1])!;
        var next = (long)BitConverter.ToDouble(before, 36) + (Hour / 100);

        for (var sequence = 3; sequence < Asked; sequence++)
        {
            var asked = Now();
            var answer = Run(sequence, cost: 1);
            var told = Now();

            MessageReader.IsNumber(answer).ShouldBeTrue();
            var refusal = MessageReader.NumberOf(answer);
            (refusal / 8).ShouldBeInRange(next - told, next - asked + writing + 2_999);
            (refusal % 8).ShouldBe(1);
        }

        ((byte[])database.StringGet(keys[1])!).ShouldBe(before);

        long Now()
        {
            var time = (RedisValue[])database.Execute("TIME")!;
            return ((long)time[0] * 1_000_000) + (long)time[1];
        }

        byte[] Run(long sequence, long cost)
        {
            var message = new MessageWriter();
            message.Add(3, sequence, 28 + Limit.HeadBytes);
            Limit.WriteUsual(message, cost, guard: 0);
            return (byte[])database.ScriptEvaluate(ExchangeScript.Current.Text, keys, [message.ToBytes()])!;
        }
    }
}
