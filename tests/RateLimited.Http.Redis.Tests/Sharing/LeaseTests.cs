using System.Diagnostics;
using RateLimited.Http.Redis.Tests.Servers;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>Concurrent requests of several processes: never more than the limit, woken rather than polling, and none lost with a process for longer than its time to live.</summary>
public sealed class LeaseTests(RedisServer server) : IClassFixture<RedisServer>
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task What_one_process_releases_wakes_another()
    {
        using var fleet = new Fleet(server.Address, static service => service.Limit("1 concurrent"));
        var (first, second) = (fleet.Start(), fleet.Start());
        var held = await first.AcquireAsync(cancellationToken: Soon);
        var waiting = second.AcquireAsync(cancellationToken: Soon).AsTask();
        await Eventually.Holds(() => second.GetStatus().Line.Count == 1, "the second waits");

        held.Dispose();

        (await waiting).Dispose();
    }

    [Fact]
    public async Task No_more_are_held_than_the_limit_says_whoever_holds_them()
    {
        using var fleet = new Fleet(server.Address, static service => service.Limit("5 concurrent"));
        var (held, most, went) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            var process = fleet.Start();
            await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
            {
                for (var i = 0; i < 15; i++)
                {
                    using var lease = await process.AcquireAsync(cancellationToken: Soon);
                    var now = Interlocked.Increment(ref held);
                    InterlockedMax(ref most, now);
                    await Task.Yield();
                    Interlocked.Decrement(ref held);
                    Interlocked.Increment(ref went);
                }
            }));
        }));

        went.ShouldBe(3 * 8 * 15);
        most.ShouldBeLessThanOrEqualTo(5);
    }

    [Fact]
    [Fault("C04")]
    [Fault("C06")]
    public async Task C04_what_a_dead_process_held_is_had_by_others_after_its_time_to_live()
    {
        using var fleet = new Fleet(server.Address, static service => service.Limit("2 concurrent"), static redis => redis.LeaseTimeToLive = TimeSpan.FromSeconds(2));
        var began = Stopwatch.GetTimestamp();
        using (var dead = new Fleet(server.Address, static service => service.Limit("2 concurrent"), redis => (redis.LeaseTimeToLive, redis.Prefix) = (TimeSpan.FromSeconds(2), fleet.Prefix)))
        {
            var process = dead.Start();
            await process.AcquireAsync(cancellationToken: Soon);
            await process.AcquireAsync(cancellationToken: Soon);
        }

        (await fleet.Start().AcquireAsync(cancellationToken: Soon)).Dispose();

        Stopwatch.GetElapsedTime(began).ShouldBeGreaterThan(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task What_is_held_for_longer_than_the_time_to_live_stays_held()
    {
        using var fleet = new Fleet(server.Address, static service => service.Limit("1 concurrent"), static redis => redis.LeaseTimeToLive = TimeSpan.FromSeconds(4));
        var (first, second) = (fleet.Start(), fleet.Start());
        using var held = await first.AcquireAsync(cancellationToken: Soon);

        await Should.ThrowAsync<RateLimitRejectedException>(async () => await second.AcquireAsync(new AdmissionRequest { Timeout = TimeSpan.FromSeconds(10) }, Soon));
    }

    [Fact]
    [Fault("C05")]
    public async Task C05_who_was_taken_for_dead_releases_nothing_of_others()
    {
        using var fleet = new Fleet(server.Address, static service => service.Limit("1 concurrent"), static redis => redis.LeaseTimeToLive = TimeSpan.FromSeconds(4));
        using var admin = await ConnectionMultiplexer.ConnectAsync(server.Options);
        var (first, second, third) = (fleet.Start(), fleet.Start(), fleet.Start());
        var stale = await first.AcquireAsync(cancellationToken: Soon);

        var lost = stale.Lost;
        lost.IsCancellationRequested.ShouldBeFalse();

        // As if it had not been heard of: the server forgets who held what.
        foreach (var key in admin.GetServer(server.Address).Keys(pattern: $"{fleet.Prefix}*:s").ToArray())
        {
            await admin.GetDatabase().KeyDeleteAsync(key);
        }

        using var held = await second.AcquireAsync(cancellationToken: Soon);
        await Eventually.Holds(() => fleet.Logs.Ours.Any(static entry => entry.Event.Id == 23), "the first learned that it was taken for dead");
        await Eventually.Holds(() => lost.IsCancellationRequested, "its holder was told");
        stale.Lost.IsCancellationRequested.ShouldBeTrue();
        held.Lost.IsCancellationRequested.ShouldBeFalse();
        stale.Dispose();

        await Should.ThrowAsync<RateLimitRejectedException>(async () => await third.AcquireAsync(new AdmissionRequest { Timeout = TimeSpan.FromSeconds(5) }, Soon));
    }

    [Fact]
    public async Task What_is_held_for_longer_than_may_be_goes_to_others_and_its_holder_is_told()
    {
        using var fleet = new Fleet(server.Address, static service => service.Limit("1 concurrent"), static redis => redis.MaxHold = TimeSpan.FromSeconds(1));
        var (first, second, third) = (fleet.Start(), fleet.Start(), fleet.Start());
        var stuck = await first.AcquireAsync(cancellationToken: Soon);
        var lost = stuck.Lost;

        using var held = await second.AcquireAsync(cancellationToken: Soon);
        await Eventually.Holds(() => lost.IsCancellationRequested, "its holder was told");
        fleet.Logs.Ours.ShouldContain(static entry => entry.Event.Id == 30);

        // It is the second's now.
        stuck.Dispose();
        (await first.AcquireAsync(new AdmissionRequest { Timeout = TimeSpan.FromMilliseconds(300) }, Soon).AsTask().ContinueWith(static task => task.IsFaulted, TaskScheduler.Default)).ShouldBeTrue();
        third.TryAcquire().Lease.ShouldBeNull();
    }

    private static void InterlockedMax(ref int most, int now)
    {
        for (var seen = Volatile.Read(ref most); now > seen; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, now, seen);
        }
    }
}
