using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Redis.Tests.Sharing;
using RateLimited.Http.Redis.Watching;
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

    [Fact]
    public void A_refusal_on_garnet_says_how_long_to_wait()
    {
        using var connection = ConnectionMultiplexer.Connect($"{server.Address},syncTimeout=60000,connectTimeout=20000");
        Refusals.AreTold(connection.GetDatabase(), "{refusals}");
    }

    [Fact]
    public async Task Processes_say_how_they_are_on_garnet_and_hear_of_each_other()
    {
        using var fleet = new Fleet(server.Address, static service => service.Limit("1000/h"));
        FleetBook[] books = [BookOf(fleet), BookOf(fleet)];
        foreach (var book in books)
        {
            book.Of(Fleet.Api).ShouldNotBeNull();
            await book.SayOfAllAsync();
        }

        books[1].Of(Fleet.Api).ShouldSatisfyAllConditions(static all => all!.Fault.ShouldBeNull(), static all => all!.Processes.ShouldBe(2));
        await books[0].StopAsync(TestContext.Current.CancellationToken);
        await books[1].SayOfAllAsync();
        books[1].Of(Fleet.Api)!.Processes.ShouldBe(1);

        static FleetBook BookOf(Fleet fleet) => fleet.StartHost().GetRequiredService<FleetBook>();
    }
}
