using System.Diagnostics;
using RateLimited.Http.Redis.Tests.Servers;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>What becomes of requests when Redis has a bad day.</summary>
public sealed class FaultTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    [Fault("R01")]
    public async Task R01_redis_is_down_at_start_up_and_each_process_goes_on_with_its_share()
    {
        using var server = new RedisServer();
        server.Kill();
        var timeout = Short;
        using var fleet = new Fleet(server.Address, static service => service.Limit("100/h"), redis => (redis.Timeout, redis.Instances) = (timeout, 4));
        var process = fleet.Start();

        var began = Stopwatch.GetTimestamp();
        (await process.AcquireAsync(cancellationToken: Soon)).Dispose();
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(30));

        // A quarter of a hundred, of which one is gone.
        Drain(process).ShouldBe(24);
        fleet.Logs.Ours.Count(static entry => entry.Event.Id == 21).ShouldBe(1);

        server.Start();
        await Eventually.Holds(() => fleet.Logs.Ours.Any(static entry => entry.Event.Id == 22), "the process found Redis");

        // What went alone is owed: another process finds it gone. That one is not to go alone as well, however busy the machine is.
        timeout = TimeSpan.FromSeconds(20);
        await Eventually.Holds(() => UsedIn(server, fleet) > 0, "what went alone was told");
        (await Drained.CountAsync(fleet.Start(), Soon)).ShouldBe(75);
    }

    [Fact]
    [Fault("R02")]
    public async Task R02_redis_is_killed_under_load_and_restarts_empty()
    {
        using var server = new RedisServer();
        using var fleet = new Fleet(server.Address, static service => service.Limit("200/s token-bucket"));
        var admissions = new Admissions();
        using var stop = new CancellationTokenSource();
        var began = Stopwatch.GetTimestamp();
        var work = Task.WhenAll(admissions.DriveAsync(fleet.Start(), 10, stop.Token), admissions.DriveAsync(fleet.Start(), 10, stop.Token));
        await Eventually.Holds(() => admissions.Count > 250, "requests went");

        server.Kill();
        await Eventually.Holds(() => fleet.Logs.Ours.Count(static entry => entry.Event.Id == 21) >= 2, "both processes noticed");
        var restarted = Stopwatch.GetTimestamp();
        server.Start();
        await Eventually.Holds(() => fleet.Logs.Ours.Count(static entry => entry.Event.Id == 22) >= 2, "both processes found it again");
        await stop.CancelAsync();
        await work;

        // Once lost and once degraded: the burst three times at most, and what flows in. While one is back and the other is not yet, its half flows to that one besides.
        admissions.Count.ShouldBeLessThanOrEqualTo((int)((3 * 200) + (200 * Stopwatch.GetElapsedTime(began).TotalSeconds) + (100 * Stopwatch.GetElapsedTime(restarted).TotalSeconds)));
        fleet.Logs.Ours.Count(static entry => entry.Event.Id == 21).ShouldBe(2);
    }

    [Theory]
    [Fault("R03")]
    [Fault("R04")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task R03_R04_nobody_waits_longer_for_redis_than_the_timeout(bool isBlackHole)
    {
        using var server = new RedisServer();
        using var proxy = new FaultProxy(server.Port);
        using var fleet = new Fleet(proxy.Address, static service => service.Limit("100/h"), static redis => (redis.Timeout, redis.OnFailure) = (Short, RedisFailureMode.FailOpen));
        var process = fleet.Start();
        (await process.AcquireAsync(cancellationToken: Soon)).Dispose();

        proxy.IsBlackHole = isBlackHole;
        proxy.Latency = TimeSpan.FromMinutes(isBlackHole ? 0 : 5);
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 90).Select(async _ => (await process.AcquireAsync(cancellationToken: Soon)).Dispose()));

        // Twice the timeout, since the call is made twice, and this machine's business; the answer would come in minutes, or never.
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(30));
    }

    [Fact]
    [Fault("R05")]
    public async Task R05_an_answer_that_is_lost_costs_no_quota_twice()
    {
        using var server = new RedisServer();
        using var proxy = new FaultProxy(server.Port);
        using var fleet = new Fleet(proxy.Address, static service => service.Limit("10/h"), static redis => (redis.Timeout, redis.OnFailure) = (Short, RedisFailureMode.FailClosed));
        var process = fleet.Start();
        (await process.AcquireAsync(cancellationToken: Soon)).Dispose();

        proxy.LosesNextAnswer = true;
        (await process.AcquireAsync(cancellationToken: Soon)).Dispose();

        // Ten in all, of which two have gone: what the lost answer granted was found out and given back.
        (await Drained.CountAsync(process, Soon)).ShouldBe(8);
    }

    [Fact]
    [Fault("R07")]
    public async Task R07_what_was_given_up_while_connecting_is_not_asked_for_afterwards()
    {
        using var server = new RedisServer();
        using var proxy = new FaultProxy(server.Port) { Latency = TimeSpan.FromSeconds(1) };
        using var fleet = new Fleet(proxy.Address, static service => service.Limit("10/h"), static redis => (redis.Timeout, redis.OnFailure) = (Short, RedisFailureMode.FailClosed));
        var process = fleet.Start();
        var first = process.AcquireAsync(cancellationToken: Soon).AsTask();
        await Eventually.Holds(() => fleet.Logs.Ours.Any(static entry => entry.Event.Id == 21), "it was given up");

        proxy.Latency = TimeSpan.Zero;
        (await first).Dispose();

        (await Drained.CountAsync(process, Soon)).ShouldBe(9);
    }

    [Fact]
    [Fault("R08")]
    public async Task R08_a_server_that_has_forgotten_the_script_is_given_it_again()
    {
        using var server = new RedisServer();
        using var fleet = new Fleet(server.Address, static service => service.Limit("50/h"));
        using var admin = await ConnectionMultiplexer.ConnectAsync(server.Options);
        var process = fleet.Start();
        for (var i = 0; i < 50; i++)
        {
            admin.GetServer(server.Address).ScriptFlush();
            (await process.AcquireAsync(cancellationToken: Soon)).Dispose();
        }

        fleet.Logs.Ours.ShouldNotContain(static entry => entry.Event.Id == 21);
        process.TryAcquire().IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    [Fault("R09")]
    public async Task R09_a_server_that_becomes_a_replica_is_bridged_until_it_is_none()
    {
        using var server = new RedisServer();
        using var fleet = new Fleet(server.Address, static service => service.Limit("1000/h"), static redis => redis.Timeout = Short);
        using var admin = await ConnectionMultiplexer.ConnectAsync(server.Options);
        var process = fleet.Start();
        (await process.AcquireAsync(cancellationToken: Soon)).Dispose();

        await admin.GetDatabase().ExecuteAsync("REPLICAOF", "127.0.0.1", "1");
        (await process.AcquireAsync(cancellationToken: Soon)).Dispose();
        fleet.Logs.Ours.ShouldContain(static entry => entry.Event.Id == 21);

        await admin.GetDatabase().ExecuteAsync("REPLICAOF", "NO", "ONE");
        await Eventually.Holds(() => fleet.Logs.Ours.Any(static entry => entry.Event.Id == 22), "it was found again");
    }

    [Theory]
    [Fault("R10")]
    [InlineData("LOADING Redis is loading the dataset in memory")]
    [InlineData("MASTERDOWN Link with MASTER is down")]
    [InlineData("CLUSTERDOWN The cluster is down")]
    [InlineData("TRYAGAIN Multiple keys request during rehashing of slot")]
    [InlineData("NOREPLICAS Not enough good replicas to write.")]
    [InlineData("MISCONF Redis is configured to save RDB snapshots")]
    [InlineData("BUSY Redis is busy running a script.")]
    [InlineData("ERR max number of clients reached")]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'.")]
    public async Task R10_what_passes_is_bridged_without_a_hot_loop(string error)
    {
        using var stub = new RespStub { Error = error };
        using var fleet = new Fleet(stub.Address, static service => service.Limit("100/h"), static redis => (redis.Timeout, redis.Instances) = (TimeSpan.FromSeconds(5), 2));
        var process = fleet.Start();

        (await process.AcquireAsync(cancellationToken: Soon)).Dispose();

        Drain(process).ShouldBe(49);
        fleet.Logs.Ours.Count(static entry => entry.Event.Id == 21).ShouldBe(1);
        stub.Scripts.ShouldBeLessThan(20);
    }

    [Fact]
    [Fault("R11")]
    public async Task R11_a_full_server_is_bridged()
    {
        using var server = new RedisServer();
        using var fleet = new Fleet(server.Address, static service => service.Limit("100/h"), static redis => (redis.Timeout, redis.Instances) = (Short, 2));
        using var admin = await ConnectionMultiplexer.ConnectAsync(server.Options);
        await admin.GetDatabase().ExecuteAsync("CONFIG", "SET", "maxmemory", "1");
        var process = fleet.Start();

        (await process.AcquireAsync(cancellationToken: Soon)).Dispose();

        Drain(process).ShouldBe(49);
        await admin.GetDatabase().ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        await Eventually.Holds(() => fleet.Logs.Ours.Any(static entry => entry.Event.Id == 22), "it was found again");
    }

    [Theory]
    [Fault("R13")]
    [InlineData("CROSSSLOT Keys in request don't hash to the same slot", "several nodes")]
    [InlineData("WRONGTYPE Operation against a key holding the wrong kind of value", "Prefix")]
    [InlineData("NOPERM this user has no permissions to run the 'evalsha' command", "rights")]
    [InlineData("NOAUTH Authentication required.", "password")]
    [InlineData("ERR unknown command 'EVALSHA'", "docs/redis.md")]
    [InlineData("ERR user_script:1: attempt to index a nil value script: 0, on @user_script:1.", "report")]
    [InlineData("RLHSCHEMA a key is not of schema 2", "Prefix")]
    public async Task R13_a_mistake_is_shown_and_never_bridged(string error, string sentence)
    {
        using var stub = new RespStub { Error = error };
        using var fleet = new Fleet(stub.Address, static service => service.Limit("100/h"), static redis => (redis.Timeout, redis.OnFailure) = (TimeSpan.FromSeconds(5), RedisFailureMode.FailOpen));
        var process = fleet.Start();

        for (var i = 0; i < 3; i++)
        {
            var thrown = await Should.ThrowAsync<RateLimitStoreException>(async () => await process.AcquireAsync(cancellationToken: Soon));
            thrown.Service.ShouldBe(Fleet.Api);
            thrown.Message.ShouldContain(sentence);
        }

        fleet.Logs.Ours.ShouldNotContain(static entry => entry.Event.Id == 21);
    }

    [Fact]
    [Fault("R14")]
    public async Task R14_a_flush_costs_one_burst_at_most()
    {
        using var server = new RedisServer();
        using var fleet = new Fleet(server.Address, static service => service.Limit("30/h"));
        using var admin = await ConnectionMultiplexer.ConnectAsync(server.Options);
        var process = fleet.Start();
        (await Drained.CountAsync(process, Soon)).ShouldBe(30);

        admin.GetServer(server.Address).FlushAllDatabases();

        (await Drained.CountAsync(fleet.Start(), Soon)).ShouldBe(30);
        fleet.Logs.Ours.ShouldNotContain(static entry => entry.Event.Id == 21);
    }

    [Fact]
    [Fault("R19")]
    public async Task R19_clients_whose_clocks_are_wrong_have_one_quota_all_the_same()
    {
        using var server = new RedisServer();
        using var fleet = new Fleet(server.Address, static service => service.Limit("30/day fixed"));
        var (went, day) = (0, TimeProvider.System.GetUtcNow().Date);
        foreach (var minutes in (int[])[-10, 0, 10])
        {
            went += await Drained.CountAsync(fleet.Start(new SkewedTime(TimeSpan.FromMinutes(minutes))), Soon);
        }

        // Each midnight that the server has seen meanwhile gives another.
        went.ShouldBeInRange(30, 30 * (1 + (TimeProvider.System.GetUtcNow().Date - day).Days));
    }

    /// <summary>How many go at once of what a process may decide without asking.</summary>
    private static int Drain(IServiceRateLimiter process)
    {
        var went = 0;
        while (went < 1_000 && process.TryAcquire().IsAdmitted)
        {
            went++;
        }

        return went;
    }

    private static long UsedIn(RedisServer server, Fleet fleet)
    {
        using var admin = ConnectionMultiplexer.Connect(server.Options);
        return admin.GetServer(server.Address).Keys(pattern: $"{fleet.Prefix}*:s").Count();
    }
}
