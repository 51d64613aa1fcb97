using FsCheck.Fluent;
using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Tests.Limits.Cases;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Scripts;

/// <summary>The script decides on Garnet as in the process, whose Lua is another version with numbers of two kinds.</summary>
public sealed class GarnetTests(GarnetServer server) : IClassFixture<GarnetServer>
{
    [Fact]
    public void Limits_decide_on_garnet_as_in_the_process()
    {
        using var connection = ConnectionMultiplexer.Connect($"{server.Address},syncTimeout=60000,connectTimeout=20000");
        var script = new HistoryScript(connection.GetDatabase());
        var keys = 0;
        Holds.For(
            from quota in Amounts.Between(1, Amounts.LargestQuota)
            // Keys live by the server's clock and not by the history's: shorter ones would end in the middle of it.
            from window in Amounts.Between(600_000_000, 31L * 24 * 3600 * 1_000_000)
            from guard in Amounts.Between(0, window / 2)
            from history in History.Any.Generator
            where (System.Int128)quota * window / quota < 1L << 49
            select (quota, window, guard, history),
            drawn =>
            {
                Twin[] twins =
                [
                    Twin.Bucket(1, drawn.quota, drawn.window, drawn.quota, drawn.guard),
                    Twin.Sliding(2, drawn.quota, drawn.window, drawn.guard),
                    Twin.Fixed(3, drawn.quota, drawn.window, drawn.guard, WindowAnchor.Clock),
                ];
                var (steps, expected) = drawn.history.CarryOut(twins, drawn.window);
                script.Play(steps, $"g{keys++}").ShouldBe(expected);
            },
            share: 10);
    }
}
