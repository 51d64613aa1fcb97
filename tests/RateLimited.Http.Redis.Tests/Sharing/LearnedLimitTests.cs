using RateLimited.Http.Configuration;
using RateLimited.Http.Redis.Tests.Servers;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>A limit that one process has learned holds for all that share it, through a real server.</summary>
public sealed class LearnedLimitTests(RedisServer server) : IClassFixture<RedisServer>
{
    private const int Ceiling = 1000;

    private static readonly RequestOutcome Refused = new() { Limited = true, Latency = TimeSpan.Zero };

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_process_is_refused_slows_the_others_and_whoever_joins()
    {
        using var fleet = new Fleet(server.Address, static service => service.Limit($"{Ceiling}/s adaptive"));
        var (first, second) = (fleet.Start(), fleet.Start());
        await GoAsync(second);
        for (var i = 0; i < 50; i++)
        {
            await GoAsync(first);
        }

        LimitOf(first).ShouldBe(Ceiling);
        first.Record(Refused);
        var learned = LimitOf(first);
        learned.ShouldBeInRange(1, Ceiling - 1);

        await Eventually.HoldsAsync(
            async () =>
            {
                await GoAsync(second);
                return LimitOf(second) < Ceiling;
            },
            "the other hears of it with a question");
        LimitOf(second).ShouldBe(learned);
        var third = fleet.Start();
        await GoAsync(third);
        LimitOf(third).ShouldBe(learned);
    }

    [Fact]
    public async Task A_concurrency_limit_is_one_for_all_processes_and_each_may_have_all_of_it()
    {
        using var fleet = new Fleet(server.Address, static service => service.Limits.Add(new LimitOptions { Algorithm = LimitAlgorithm.AdaptiveConcurrency, Quota = 8, Minimum = 2, Initial = 8 }));
        var (first, second) = (fleet.Start(), fleet.Start());
        var held = new List<ServiceLease>();
        for (var i = 0; i < 8; i++)
        {
            held.Add(await first.AcquireAsync(cancellationToken: Ended));
        }

        var waiting = second.AcquireAsync(cancellationToken: Ended).AsTask();
        (await Task.WhenAny(waiting, Eventually.Holds(() => second.GetStatus().Line.Sum(static line => line.Waiting) == 1, "it waits"))).ShouldNotBe(waiting);
        held[0].Dispose();

        (await waiting.WaitAsync(TimeSpan.FromSeconds(30), Ended)).Dispose();
        held.ForEach(static lease => lease.Dispose());
    }

    private static long LimitOf(IServiceRateLimiter limiter) => limiter.GetStatus().Limits[0].Quota;

    private static async Task GoAsync(IServiceRateLimiter limiter) => (await limiter.AcquireAsync(cancellationToken: Ended)).Dispose();
}
