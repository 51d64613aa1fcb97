using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;
using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>Several processes have one quota of each API key, whatever each of them calls it.</summary>
public sealed class KeyQuotaTests(RedisServer server) : IClassFixture<RedisServer>
{
    private const string First = "sk-of-the-fleet-1";
    private const string Second = "sk-of-the-fleet-2";

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Equal_keys_have_one_quota_under_whatever_names()
    {
        var prefix = NewPrefix();
        using var one = FleetOf(prefix, static keys => keys.Add("a", First).Add("b", Second), static service => service.Limit("20/h per key"));
        using var other = FleetOf(prefix, static keys => keys.Add(Second).Add(First), static service => service.Limit("20/h per key"));
        var (first, second) = (one.Start(), other.Start());
        var went = new ConcurrentQueue<string>();

        // By turns, and far more than there is.
        for (var i = 0; i < 30; i++)
        {
            went.Enqueue(await KeyOfAsync(first) ?? "none");
            went.Enqueue(await KeyOfAsync(second) switch { "key-1" => "b", "key-2" => "a", _ => "none" });
        }

        went.Count(static key => key == "a").ShouldBe(20);
        went.Count(static key => key == "b").ShouldBe(20);
    }

    [Fact]
    public async Task A_key_with_another_text_is_another_key_and_a_group_is_known_by_its_name()
    {
        var prefix = NewPrefix();
        using var before = FleetOf(prefix, static keys => keys.Add("a", First), static service => service.Limit("2/h per key"));
        using var after = FleetOf(prefix, static keys => keys.Add("a", Second), static service => service.Limit("2/h per key"));
        using var group = FleetOf(prefix, static keys => keys.Add("a", First, static key => key.Group = "org"), static service => service.Limit("2/h per key"));
        using var sameGroup = FleetOf(prefix, static keys => keys.Add("z", Second, static key => key.Group = "org"), static service => service.Limit("2/h per key"));

        (await CountAsync(before.Start())).ShouldBe(2);
        (await CountAsync(before.Start())).ShouldBe(0);
        (await CountAsync(after.Start())).ShouldBe(2);
        (await CountAsync(group.Start())).ShouldBe(2);
        (await CountAsync(sameGroup.Start())).ShouldBe(0);
    }

    [Fact]
    public async Task A_key_whose_text_is_replaced_begins_afresh_in_the_process_that_had_it()
    {
        var source = new ChangingKeys(("a", First));
        using var fleet = FleetOf(NewPrefix(), keys => keys.Sources.Add(source), static service => service.Limit("2/h per key"));
        var process = fleet.Start();
        (await CountAsync(process)).ShouldBe(2);
        var waiting = process.AcquireAsync(new AdmissionRequest { Timeout = TimeSpan.FromHours(2) }, Ended).AsTask();

        source.Replace(("a", Second));

        (await waiting.WaitAsync(TimeSpan.FromSeconds(60), Ended)).Key.ShouldBe("a");
        (await CountAsync(process)).ShouldBe(1);
        (await CountAsync(fleet.Start())).ShouldBe(0);
    }

    [Fact]
    [Fault("C04")]
    public async Task C04_what_a_dead_process_held_of_a_key_is_had_by_others_after_its_time_to_live()
    {
        var prefix = NewPrefix();
        using var fleet = FleetOf(prefix, static keys => keys.Add(First), static service => service.Limit("2 concurrent per key"), TimeSpan.FromSeconds(1));
        using (var dead = FleetOf(prefix, static keys => keys.Add(First), static service => service.Limit("2 concurrent per key"), TimeSpan.FromSeconds(1)))
        {
            var process = dead.Start();
            (await KeyOfAsync(process)).ShouldBe("key-1");
            (await KeyOfAsync(process)).ShouldBe("key-1");
        }

        (await fleet.Start().AcquireAsync(new AdmissionRequest { Timeout = TimeSpan.FromSeconds(30) }, Ended)).Key.ShouldBe("key-1");
    }

    [Fact]
    public async Task Three_processes_with_two_keys_use_all_of_a_strict_upstream_and_are_never_refused()
    {
        await using var upstream = await UpstreamServer.StartAsync(new UpstreamBuilder().Key(static request => request.Header("Authorization") ?? "").SlidingLog(60, TimeSpan.FromHours(1)), Ended);
        using var fleet = new Fleet(server.Address, static service => Configured(service, static keys => keys.Add(First).Add(Second)).Limit("60/h per key").Limit("90/h").Queue.Timeout = TimeSpan.FromDays(1), static redis => redis.Secret = "a secret of this fleet", upstream.Address);
        var clients = Enumerable.Range(0, 3).Select(_ => fleet.StartHost().GetRequiredService<IHttpClientFactory>().CreateClient(Fleet.Api)).ToArray();
        using var stop = new CancellationTokenSource();

        var calls = Task.WhenAll(clients.SelectMany(client => Enumerable.Range(0, 4).Select(_ => CallAsync(client, stop.Token))));
        await Eventually.Holds(() => upstream.Books.Admitted == 90, "all of the service's quota was used, with both keys");
        await stop.CancelAsync();
        await calls;

        upstream.ShouldNeverHaveRefused();
    }

    [Fact]
    public async Task What_responses_tell_of_a_key_is_counted_together_too()
    {
        await using var upstream = await UpstreamServer.StartAsync(new UpstreamBuilder().Dialect("discord").Key(static request => request.Header("Authorization") ?? "").FixedWindow(40, TimeSpan.FromHours(1)), Ended);
        using var fleet = new Fleet(
            server.Address,
            static service =>
            {
                (service.DiscoverLimits, service.Queue.Timeout) = (true, TimeSpan.FromDays(1));
                service.UseDialect("discord");
                service.Keys.Add(First).Add(Second);
            },
            static redis => redis.Secret = "a secret of this fleet",
            upstream.Address);
        var clients = Enumerable.Range(0, 2).Select(_ => fleet.StartHost().GetRequiredService<IHttpClientFactory>().CreateClient(Fleet.Api)).ToArray();
        using var stop = new CancellationTokenSource();

        var calls = Task.WhenAll(clients.SelectMany(client => Enumerable.Range(0, 4).Select(_ => CallAsync(client, stop.Token))));
        await Eventually.Holds(() => upstream.Books.Admitted >= 80, "both keys' quotas were used");
        await stop.CancelAsync();
        await calls;

        upstream.ShouldNeverHaveRefused();
    }

    [Fact]
    public void Without_a_secret_a_service_with_keys_is_refused_at_start_up()
    {
        using var fleet = new Fleet(server.Address, static service => Configured(service, static keys => keys.Add(First)).Limit("2/h per key"), static redis => redis.Secret = "fifteen letters");

        var fault = Should.Throw<OptionsValidationException>(() => fleet.Start()).Failures.ShouldHaveSingleItem();

        fault.ShouldContain("api:Store: 'Redis'");
        fault.ShouldContain("a RedisStoreOptions.Secret of 16 bytes at least");
    }

    private static string NewPrefix() => $"t{Guid.NewGuid():N}"[..20];

    private static ServiceRateLimitingOptions Configured(ServiceRateLimitingOptions service, Action<KeyPoolOptions> keys)
    {
        keys(service.Keys);
        return service;
    }

    /// <summary>Calls until it is told to stop.</summary>
    private static async Task CallAsync(HttpClient client, CancellationToken token)
    {
        try
        {
            while (true)
            {
                (await client.GetAsync(new Uri("/", UriKind.Relative), token)).Dispose();
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    /// <summary>The key of one request; null where it was refused.</summary>
    private static async Task<string?> KeyOfAsync(IServiceRateLimiter process)
    {
        try
        {
            return (await process.AcquireAsync(new AdmissionRequest { Timeout = TimeSpan.FromSeconds(30) }, Ended)).Key;
        }
        catch (RateLimitRejectedException)
        {
            return null;
        }
    }

    /// <summary>How many requests go, of five.</summary>
    private static async Task<int> CountAsync(IServiceRateLimiter process)
    {
        var count = 0;
        for (var i = 0; i < 5 && await KeyOfAsync(process) is not null; i++)
        {
            count++;
        }

        return count;
    }

    private Fleet FleetOf(string prefix, Action<KeyPoolOptions> keys, Action<ServiceRateLimitingOptions> configure, TimeSpan? leases = null) => new(
        server.Address,
        service => configure(Configured(service, keys)),
        redis => (redis.Prefix, redis.Secret, redis.LeaseTimeToLive) = (prefix, "a secret of this fleet", leases ?? TimeSpan.FromSeconds(30)));
}
