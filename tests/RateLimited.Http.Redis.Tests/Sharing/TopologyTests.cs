using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Configuration;
using RateLimited.Http.Redis.Keys;
using RateLimited.Http.Redis.Tests.Servers;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>The same promises on what else people run: a cluster whose slots move, a primary that is replaced, and Garnet.</summary>
public sealed class TopologyTests
{
    /// <summary>How many requests the replica never hears of.</summary>
    private const int NotReplicated = 20;

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    [Fault("R12")]
    public async Task R12_a_slot_that_moves_takes_its_limits_with_it()
    {
        using var cluster = await RedisCluster.StartAsync();
        using var fleet = new Fleet(cluster.Address, static service => service.Limit("200/h").Limit("50 concurrent").PerTenant("150/h"));
        var (first, second) = (fleet.Start(), fleet.Start());
        var key = new KeySchema(fleet.Prefix, []).Of(Fleet.Api).Service;
        var went = 0;
        for (var i = 0; i < 120; i++)
        {
            using var lease = await (i % 2 == 0 ? first : second).AcquireAsync(new AdmissionRequest { Tenant = "acme" }, Soon);
            went++;
            if (i % 40 == 20)
            {
                await cluster.MoveAsync(key);
            }
        }

        // Thirty are left of the tenant's.
        while (went < 200 && await Drained.TryAsync(first, Soon, tenant: "acme"))
        {
            went++;
        }

        went.ShouldBeLessThanOrEqualTo(150);
        went.ShouldBeGreaterThanOrEqualTo(145);
    }

    [Fact]
    [Fault("R12")]
    public async Task R12_limits_over_all_services_lie_in_one_slot_with_the_services_or_in_one_of_their_own()
    {
        using var cluster = await RedisCluster.StartAsync();
        foreach (var counting in new[] { RedisGlobalLimits.CoLocated, RedisGlobalLimits.Blocks })
        {
            using var fleet = new Fleet(cluster.Address, static service => service.Limit("30/h").PerTenant("20/h"), redis => redis.GlobalLimits = counting);
            var processes = Enumerable.Range(0, 2).Select(_ => fleet.StartHost(others: static services =>
            {
                services.Configure<RateLimitingOptions>(static all => all.GlobalLimit("25/h"));
                services.AddServiceRateLimiting("other", static service => (service.Store, service.ArrivalGuard) = ("Redis", TimeSpan.Zero));
            })).ToArray();
            var went = 0;
            while (went < 12 && await Drained.TryAsync(processes[went % 2].GetRequiredKeyedService<IServiceRateLimiter>(went % 3 == 0 ? "other" : Fleet.Api), Soon, tenant: "acme"))
            {
                went++;
            }

            await cluster.MoveAsync(new KeySchema(fleet.Prefix, []).Of(string.Empty).Service);
            while (went < 40 && await Drained.TryAsync(processes[went % 2].GetRequiredKeyedService<IServiceRateLimiter>("other"), Soon))
            {
                went++;
            }

            went.ShouldBeInRange(24, 25);
        }
    }

    [Fact]
    [Fault("R16")]
    public async Task R16_a_primary_that_is_lost_is_replaced_and_at_most_what_was_not_replicated_goes_again()
    {
        using var primary = new RedisServer();
        using var link = new FaultProxy(primary.Port);
        using var replica = RedisServer.With("--replicaof", "127.0.0.1", $"{link.Port}", "--repl-diskless-sync-delay", "0");
        using var admin = await ConnectionMultiplexer.ConnectAsync(replica.Options);
        using var origin = await ConnectionMultiplexer.ConnectAsync(primary.Options);
        await Eventually.Holds(() => ((string)admin.GetDatabase().Execute("INFO", "replication"))!.Contains("master_link_status:up", StringComparison.Ordinal), "the replica follows");
        using var fleet = new Fleet($"{primary.Address},{replica.Address}", static service => service.Limit("100/h"), static redis => redis.OnFailure = RedisFailureMode.FailClosed);
        var process = fleet.Start();
        for (var i = 0; i < 40; i++)
        {
            (await process.AcquireAsync(cancellationToken: Soon)).Dispose();
        }

        await Eventually.Holds(() => OffsetOf(admin, "slave_repl_offset") >= OffsetOf(origin, "master_repl_offset"), "the replica has all of it");
        link.IsBlackHole = true;
        for (var i = 0; i < NotReplicated; i++)
        {
            (await process.AcquireAsync(cancellationToken: Soon)).Dispose();
        }

        primary.Kill();
        var went = 40 + NotReplicated;
        await Eventually.Holds(
            () =>
            {
                var lease = process.TryAcquire().Lease;
                went += lease is null ? 0 : 1;
                lease?.Dispose();
                return fleet.Logs.Ours.Any(static entry => entry.Event.Id == 21);
            },
            "the primary is missed");
        await admin.GetDatabase().ExecuteAsync("REPLICAOF", "NO", "ONE");

        // As long as it takes the client to find the new primary, nobody goes; then what it knows to be left.
        while (went < 200 && await Drained.TryAsync(process, Soon))
        {
            went++;
        }

        went.ShouldBeInRange(100, 100 + NotReplicated);
        fleet.Logs.Ours.ShouldContain(static entry => entry.Event.Id == 22);
    }

    [Fact]
    public async Task A_primary_that_a_sentinel_replaces_is_followed()
    {
        using var primary = new RedisServer();
        using var replica = RedisServer.With("--replicaof", "127.0.0.1", $"{primary.Port}", "--repl-diskless-sync-delay", "0");
        using var admin = await ConnectionMultiplexer.ConnectAsync(replica.Options);
        using var origin = await ConnectionMultiplexer.ConnectAsync(primary.Options);
        await Eventually.Holds(() => ((string)admin.GetDatabase().Execute("INFO", "replication"))!.Contains("master_link_status:up", StringComparison.Ordinal), "the replica follows");
        using var sentinel = new RedisSentinel(primary.Port);
        await sentinel.KnowsReplicaAsync();
        using var fleet = new Fleet($"{primary.Address},{replica.Address}", static service => service.Limit("60/h"), static redis => redis.OnFailure = RedisFailureMode.FailClosed);
        var process = fleet.Start();
        for (var i = 0; i < 40; i++)
        {
            (await process.AcquireAsync(cancellationToken: Soon)).Dispose();
        }

        await Eventually.Holds(() => OffsetOf(admin, "slave_repl_offset") >= OffsetOf(origin, "master_repl_offset"), "the replica has all of it");
        primary.Kill();

        // All was replicated: what is left goes, but for what may have been carried out without anybody hearing of it.
        var went = 40;
        while (went < 100 && await Drained.TryAsync(process, Soon))
        {
            went++;
        }

        went.ShouldBeInRange(57, 60);
    }

    [Fact]
    public async Task Garnet_counts_as_redis_does()
    {
        using var garnet = new GarnetServer();
        using var fleet = new Fleet(
            garnet.Address,
            static service => service.Limit("30/h").Limit("40/h token-bucket").Limit("50/day fixed").Limit("5 concurrent"));
        var (first, second) = (fleet.Start(), fleet.Start());
        var went = 0;
        while (went < 100 && await Drained.TryAsync(went % 2 == 0 ? first : second, Soon))
        {
            went++;
        }

        went.ShouldBe(30);
        fleet.Logs.Ours.ShouldNotContain(static entry => entry.Event.Id == 21);
    }

    private static long OffsetOf(ConnectionMultiplexer admin, string name) =>
        ((string)admin.GetDatabase().Execute("INFO", "replication"))!.Split("\r\n")
            .Where(line => line.StartsWith($"{name}:", StringComparison.Ordinal))
            .Select(line => long.Parse(line.AsSpan(name.Length + 1), System.Globalization.CultureInfo.InvariantCulture))
            .First();
}
