using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Testing;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>
/// Four processes of the operating system, one redis-server and a strict upstream over real HTTP. Windows are of an hour, so that what must hold does not depend on how fast the machine is: how much of
/// windows of seconds is used is the arena's to say.
/// </summary>
public sealed class FleetProcessTests : IDisposable
{
    private const int Processes = 4;
    private const int Callers = 5;
    private const int Quota = 300;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan LeaseTimeToLive = TimeSpan.FromSeconds(10);

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    private readonly RedisServer _redis = new();
    private readonly List<FleetProcess> _fleet = [];

    public void Dispose()
    {
        _fleet.ForEach(static process => process.Dispose());
        _redis.Dispose();
    }

    [Fact]
    public async Task Four_processes_use_a_configured_quota_to_the_last_and_are_never_refused()
    {
        await using var upstream = await UpstreamServer.StartAsync(new UpstreamBuilder().SlidingLog(Quota, Hour), Ended);
        await StartAsync(upstream, """{ "Store": "Redis", "Limits": [ "300/h" ], "Queue": { "Timeout": "00:00:30" } }""");

        await Eventually.Holds(() => upstream.Books.Admitted == Quota, "all of the quota was used");
        await EndAsync(upstream);
    }

    [Fact]
    public async Task Four_processes_that_are_told_nothing_use_a_reported_quota_to_the_last_and_are_never_refused()
    {
        await using var upstream = await UpstreamServer.StartAsync(new UpstreamBuilder().Dialect("discord").FixedWindow(Quota, Hour), Ended);
        await StartAsync(upstream, """{ "Store": "Redis", "Limits": "discover", "Dialect": "discord", "Queue": { "Timeout": "00:00:30" } }""");

        await Eventually.Holds(() => upstream.Books.Admitted >= Quota, "all of the quota was used");
        await EndAsync(upstream);
    }

    [Fact]
    public async Task Four_processes_that_are_told_nothing_use_a_reported_quota_that_flows_back_and_are_never_refused()
    {
        await using var upstream = await UpstreamServer.StartAsync(new UpstreamBuilder().Dialect("discord").TokenBucket(Quota, Hour), Ended);
        await StartAsync(upstream, """
            {
              "Store": "Redis", "Limits": "discover", "Queue": { "Timeout": "00:00:30" },
              "Dialect": { "Limit": "x-ratelimit-limit", "Remaining": "x-ratelimit-remaining", "ResetAfter": { "Header": "x-ratelimit-reset-after", "ResetsToFull": true } }
            }
            """);

        // While the first answers come a twentieth is left to those of whom nothing is known.
        await Eventually.Holds(() => upstream.Books.Admitted >= Quota - (Quota / 20), "what there was is used");
        await EndAsync(upstream);
    }

    [Fact]
    public async Task What_a_killed_process_held_comes_back_within_its_time_and_the_others_go_on()
    {
        const int slots = 8;
        await using var upstream = await UpstreamServer.StartAsync(new UpstreamBuilder().Concurrency(slots).Work(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)), Ended);
        await PrepareAsync(upstream, """{ "Store": "Redis", "Limits": [ "8 concurrent", "8 concurrent per key" ], "Keys": [ "sk-of-the-fleet" ], "Queue": { "Timeout": "00:01:00" } }""");
        await _fleet[0].BeginAsync();
        await Eventually.Holds(() => upstream.Inside == Callers, "one process holds as much as it can");

        _fleet[0].Kill();
        await Eventually.Holds(() => upstream.Inside == 0, "nothing of it is under way any more");
        await BeginAsync(_fleet.Skip(1));

        await Eventually.Holds(() => upstream.Inside >= slots - Callers, "the others go on with the rest");
        await Eventually.Holds(() => upstream.Inside == slots, "the others have what it held");
        await EndAsync(upstream);
    }

    [Fact]
    [Fault("R02")]
    public async Task R02_redis_is_killed_under_four_processes_and_comes_back_empty()
    {
        await using var upstream = await UpstreamServer.StartAsync(new UpstreamBuilder().WithoutLimits(), Ended);
        await StartAsync(upstream, """{ "Store": "Redis", "Limits": [ "300/h" ], "Queue": { "Timeout": "00:00:00.5" } }""");
        await Eventually.Holds(() => upstream.Books.Admitted > 20, "they called");

        _redis.Kill();
        var before = upstream.Books.Admitted;
        await Eventually.Holds(() => upstream.Books.Admitted > before, "they went on, each with its share");
        _redis.Start();
        await Eventually.Holds(() => Keys("*:o:*") == Processes, "all of them found it again");
        await EndAsync(upstream);

        // Once lost and once alone: the quota three times at most, however long they call within its hour.
        upstream.Books.Admitted.ShouldBeInRange(before, 3 * Quota);
    }

    private async Task StartAsync(UpstreamServer upstream, string service)
    {
        await PrepareAsync(upstream, service);
        await BeginAsync(_fleet);
    }

    /// <summary>Starts the processes, each of which makes one call.</summary>
    private async Task PrepareAsync(UpstreamServer upstream, string service)
    {
        var prefix = $"t{Guid.NewGuid():N}"[..20];
        _fleet.AddRange(Enumerable.Range(0, Processes).Select(_ => new FleetProcess(_redis.Address, prefix, upstream.Address, service, LeaseTimeToLive, Callers)));
        foreach (var process in _fleet)
        {
            await process.ReadyAsync();
        }
    }

    private static async Task BeginAsync(IEnumerable<FleetProcess> processes)
    {
        foreach (var process in processes)
        {
            await process.BeginAsync();
        }
    }

    /// <summary>Ends those that live: none has been refused, and none has seen anything but answers and the typed refusal.</summary>
    private async Task EndAsync(UpstreamServer upstream)
    {
        var living = _fleet.Where(static process => process.IsAlive).ToArray();
        var sights = await Task.WhenAll(living.Select(static process => process.EndAsync()));
        sights.SelectMany(static sight => sight.Faults).ShouldBeEmpty();
        sights.Sum(static sight => sight.Refused).ShouldBe(0, upstream.Books.ToString());
        upstream.Books.Refused.ShouldBe(0, upstream.Books.ToString());
    }

    private int Keys(string pattern)
    {
        using var connection = ConnectionMultiplexer.Connect(_redis.Options);
        return connection.GetServer("127.0.0.1", _redis.Port).Keys(pattern: pattern).Count();
    }
}
