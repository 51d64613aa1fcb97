using RateLimited.Http.Redis.Tests.Servers;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>What happens when the counts are lost, or are two: a second server, an eviction, a partition; and callers that go.</summary>
public sealed class LossTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task While_the_first_server_is_gone_the_second_counts_for_all()
    {
        using var first = new RedisServer();
        using var second = new RedisServer();
        using var fleet = new Fleet(first.Address, static service => service.Limit("30/h"), redis => (redis.Failover, redis.OnFailure) = (second.Address, RedisFailureMode.FailClosed));
        var (one, other) = (fleet.Start(), fleet.Start());
        (await one.AcquireAsync(cancellationToken: Soon)).Dispose();
        (await other.AcquireAsync(cancellationToken: Soon)).Dispose();

        first.Kill();
        var went = 0;
        while (went < 100 && await Drained.TryAsync(went % 2 == 0 ? one : other, Soon))
        {
            went++;
        }

        // The second knows nothing of the first's, and counts for both processes.
        went.ShouldBe(30);
        first.Start();
        await Eventually.Holds(() => one.TryAcquire().IsAdmitted, "the first is asked again");
    }

    [Fact]
    public async Task Nobody_goes_for_as_long_as_the_quarantine_lasts_after_a_flush()
    {
        using var server = new RedisServer();
        using var fleet = new Fleet(server.Address, static service => service.Limit("30/h"), static redis => redis.Quarantine = TimeSpan.FromMinutes(10));
        using var admin = await ConnectionMultiplexer.ConnectAsync(server.Options);
        var (one, other) = (fleet.Start(), fleet.Start());
        (await one.AcquireAsync(cancellationToken: Soon)).Dispose();

        admin.GetServer(server.Address).FlushAllDatabases();

        // Whichever call comes next finds out, if it is only that the request has ended.
        await Eventually.Holds(() => IsQuarantined(one), "the first has noticed");
        await Eventually.Holds(() => IsQuarantined(other), "the other has heard of it");

        static bool IsQuarantined(IServiceRateLimiter process)
        {
            process.TryAcquire().Lease?.Dispose();
            return process.GetStatus().Pause > TimeSpan.FromMinutes(9);
        }
    }

    [Fact]
    [Fault("R06")]
    public async Task R06_whoever_gives_up_while_redis_decides_leaves_nothing_held()
    {
        using var server = new RedisServer();
        using var proxy = new FaultProxy(server.Port) { Latency = TimeSpan.FromMilliseconds(3) };
        using var fleet = new Fleet(proxy.Address, static service => service.Limit("20 concurrent"), static redis => redis.LeaseTimeToLive = TimeSpan.FromSeconds(3));
        var process = fleet.Start();
        var random = new Random(6);
        await Task.WhenAll(Enumerable.Range(0, 300).Select(async _ =>
        {
            using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(1, 40)));
            try
            {
                (await process.AcquireAsync(cancellationToken: cancelled.Token)).Dispose();
            }
            catch (OperationCanceledException)
            {
                // Gone, wherever its question was.
            }
        }));

        var other = fleet.Start();
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => other.AcquireAsync(cancellationToken: Soon).AsTask()));
        Array.ForEach(all, static lease => lease.Dispose());
    }

    [Fact]
    [Fault("R15")]
    public async Task R15_what_is_evicted_is_given_out_once_more_at_most()
    {
        using var server = RedisServer.With("--maxmemory", "3mb", "--maxmemory-policy", "allkeys-random");
        using var fleet = new Fleet(server.Address, static service => service.Limit("30/h"));
        using var admin = await ConnectionMultiplexer.ConnectAsync(server.Options);
        var process = fleet.Start();
        var went = await Drained.CountAsync(process, Soon);
        var junk = new byte[10_000];
        for (var i = 0; admin.GetServer(server.Address).Keys(pattern: $"{fleet.Prefix}*:s").Any() && i < 100_000; i++)
        {
            // Not awaited: the old client goes on on the thread that reads answers, and would wait there for the answer to the next question.
            admin.GetDatabase().StringSet($"junk{i}", junk);
        }

        await admin.GetDatabase().ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        went += await Drained.CountAsync(fleet.Start(), Soon);

        went.ShouldBe(60);
    }

    [Fact]
    [Fault("R17")]
    public async Task R17_two_halves_that_cannot_see_each_other_send_twice_as_much_at_most()
    {
        using var left = new RedisServer();
        using var right = new RedisServer();
        using var fleet = new Fleet(left.Address, static service => service.Limit("30/h"));
        using var half = new Fleet(right.Address, static service => service.Limit("30/h"), redis => redis.Prefix = fleet.Prefix);
        IServiceRateLimiter[] processes = [fleet.Start(), half.Start(), fleet.Start(), half.Start()];

        var went = await Task.WhenAll(processes.Select(static process => Drained.CountAsync(process, Soon)));

        went.Sum().ShouldBe(60);
    }

    [Fact]
    [Fault("R24")]
    public async Task R24_a_process_has_one_multiplexer_however_many_services_it_has()
    {
        using var server = new RedisServer();
        using var admin = await ConnectionMultiplexer.ConnectAsync(server.Options);
        using var fleet = new Fleet(server.Address, static service => service.Limit("1000/h"));
        var before = Clients();
        var processes = Enumerable.Range(0, 20).Select(_ => fleet.Start()).ToArray();
        await Task.WhenAll(processes.Select(static async process => (await process.AcquireAsync(cancellationToken: Soon)).Dispose()));

        // One connection for questions, one for news.
        (Clients() - before).ShouldBeLessThanOrEqualTo(2 * processes.Length);

        int Clients() => ((string)admin.GetDatabase().Execute("INFO", "clients"))!.Split("\r\n")
            .Where(static line => line.StartsWith("connected_clients:", StringComparison.Ordinal))
            .Select(static line => int.Parse(line.AsSpan("connected_clients:".Length), System.Globalization.CultureInfo.InvariantCulture))
            .First();
    }
}
