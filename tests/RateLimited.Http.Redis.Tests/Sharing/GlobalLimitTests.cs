using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;
using RateLimited.Http.Redis.Keys;
using RateLimited.Http.Redis.Tests.Servers;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>The limits over all services hold over all services of all processes, in one step with each service's own or by blocks that are taken ahead.</summary>
public sealed class GlobalLimitTests(RedisServer server) : IClassFixture<RedisServer>
{
    private const string Other = "other";
    private const string GlobalLimits = "RateLimiting:Global:Limits";

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Theory]
    [InlineData(RedisGlobalLimits.CoLocated)]
    [InlineData(RedisGlobalLimits.Blocks)]
    public async Task Two_services_of_two_processes_send_what_one_may_in_every_interval(RedisGlobalLimits counting)
    {
        const int Quota = 100;
        var window = TimeSpan.FromMilliseconds(300);
        using var fleet = Counted(counting, static _ => { }, static redis => redis.GlobalTakeAhead = TimeSpan.FromMilliseconds(30));
        var admissions = new Admissions();
        using var stop = new CancellationTokenSource();
        var work = Task.WhenAll(Enumerable.Range(0, 2).SelectMany(_ => Services(Start(fleet, "100/300ms"))).Select(service => admissions.DriveAsync(service, callers: 2, stop.Token)));
        await Eventually.Holds(() => admissions.Count >= 3 * Quota, "they send on as quota comes back");
        await stop.CancelAsync();
        await work;

        admissions.MostWithin(window).ShouldBeLessThanOrEqualTo(Quota);
        fleet.Logs.Ours.ShouldNotContain(static entry => entry.Event.Id == 21);
    }

    [Theory]
    [InlineData(RedisGlobalLimits.CoLocated)]
    [InlineData(RedisGlobalLimits.Blocks)]
    public async Task What_refuses_takes_nothing_of_the_others(RedisGlobalLimits counting)
    {
        using var admin = await ConnectionMultiplexer.ConnectAsync(server.Options);
        using var fleet = Counted(counting, static service => service.Limit("2/h"));
        var processes = new[] { Start(fleet, "5/h"), Start(fleet, "5/h") };

        // The service's own quota: what it refuses takes nothing of what all share.
        var went = await DrainedAsync(processes.Select(Service));
        went.ShouldBe(2);
        went = await DrainedAsync(processes.Select(static process => process.GetRequiredKeyedService<IServiceRateLimiter>(Other)));
        went.ShouldBe(3);

        // What all share: where it is used up nothing is asked of a service's own.
        using var again = Counted(counting, static service => service.Limit("4/h"));
        var process = Start(again, "5/h");
        (await DrainedAsync([process.GetRequiredKeyedService<IServiceRateLimiter>(Other)])).ShouldBe(5);
        (await DrainedAsync([Service(process)])).ShouldBe(0);
        var schema = new KeySchema(again.Prefix, []);
        var keys = counting == RedisGlobalLimits.CoLocated ? schema.Beside(Fleet.Api) : schema.Of(Fleet.Api);
        admin.GetDatabase().KeyExists(keys.Service).ShouldBeFalse();
        admin.GetDatabase().KeyExists(keys.Global).ShouldBe(counting == RedisGlobalLimits.CoLocated);
        admin.GetDatabase().KeyExists(schema.Of(string.Empty).Service).ShouldBeTrue();
    }

    [Theory]
    [InlineData(RedisGlobalLimits.CoLocated)]
    [InlineData(RedisGlobalLimits.Blocks)]
    public async Task What_one_service_releases_another_takes(RedisGlobalLimits counting)
    {
        using var fleet = Counted(counting, static _ => { });
        var (first, second) = (Start(fleet, "2 concurrent"), Start(fleet, "2 concurrent"));
        var held = await Service(first).AcquireAsync(cancellationToken: Soon);
        using var kept = await second.GetRequiredKeyedService<IServiceRateLimiter>(Other).AcquireAsync(cancellationToken: Soon);
        var waits = Service(second).AcquireAsync(cancellationToken: Soon).AsTask();
        waits.IsCompleted.ShouldBeFalse();

        held.Dispose();

        (await waits).Dispose();
    }

    [Theory]
    [InlineData(RedisGlobalLimits.CoLocated)]
    [InlineData(RedisGlobalLimits.Blocks)]
    public async Task While_redis_is_down_all_services_of_a_process_have_its_share_and_no_more(RedisGlobalLimits counting)
    {
        using var down = new RedisServer();
        down.Kill();
        using var fleet = Counted(counting, static _ => { }, static redis => (redis.Timeout, redis.Instances) = (TimeSpan.FromMilliseconds(300), 2), down.Address);
        var services = Services(Start(fleet, "40/h"));

        // Each finds out by its first request.
        foreach (var service in services)
        {
            (await service.AcquireAsync(cancellationToken: Soon)).Dispose();
        }

        services.Sum(Drain).ShouldBe(18);
    }

    [Theory]
    [InlineData(RedisGlobalLimits.CoLocated)]
    [InlineData(RedisGlobalLimits.Blocks)]
    public async Task A_quota_that_is_changed_keeps_what_went(RedisGlobalLimits counting)
    {
        using var fleet = Counted(counting, static _ => { });
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new($"{GlobalLimits}:0:Name", "all"), new($"{GlobalLimits}:0:Quota", "3"), new($"{GlobalLimits}:0:Window", "01:00:00")]).Build();
        using var process = Start(fleet, configuration);
        (await DrainedAsync([Service(process)])).ShouldBe(3);

        configuration[$"{GlobalLimits}:0:Quota"] = "7";
        configuration.Reload();

        (await DrainedAsync([process.GetRequiredKeyedService<IServiceRateLimiter>(Other)])).ShouldBe(4);
    }

    [Fact]
    public void Where_they_are_counted_for_all_every_service_is()
    {
        using var fleet = Counted(RedisGlobalLimits.CoLocated, static _ => { });

        var refused = Should.Throw<OptionsValidationException>(() => Service(fleet.StartHost(others: static services =>
        {
            services.Configure<RateLimitingOptions>(static all => all.GlobalLimit("5/h"));
            services.AddServiceRateLimiting("elsewhere", static service => service.Limit("5/s"));
        })));

        refused.Message.ShouldContain("RateLimiting:Services:elsewhere:Store: 'Memory'");
        refused.Message.ShouldContain("→ 'Redis'");
    }

    [Fact]
    public void Who_is_beside_all_others_lies_under_one_tag_with_them()
    {
        var schema = new KeySchema("rl", []);
        var (one, two, all) = (schema.Beside("one"), schema.Beside("two"), schema.Of(string.Empty));

        foreach (var key in new[] { one.Service, one.Live, one.Calls("p"), one.Endpoint("e"), one.Tenant("c", "t"), one.Global, one.Takers!, two.Service, two.Live, two.Calls("p"), two.Endpoint("e") })
        {
            TagOf(key).ShouldBe(TagOf(all.Service));
        }

        new[] { one.Service, two.Service, one.Live, two.Live, one.Calls("p"), two.Calls("p"), one.Endpoint("e"), two.Endpoint("e"), one.Global, one.Takers! }.Distinct(StringComparer.Ordinal).Count().ShouldBe(10);
        (one.Global, one.Takers).ShouldBe((all.Service, all.Live));

        static string TagOf(string key) => key[key.IndexOf('{')..(key.IndexOf('}') + 1)];
    }

    private static IServiceRateLimiter Service(ServiceProvider process) => process.GetRequiredKeyedService<IServiceRateLimiter>(Fleet.Api);

    private static IServiceRateLimiter[] Services(ServiceProvider process) => [Service(process), process.GetRequiredKeyedService<IServiceRateLimiter>(Other)];

    private static ServiceProvider Start(Fleet fleet, string limit) => Start(fleet, new ConfigurationBuilder().AddInMemoryCollection([new(GlobalLimits, limit)]).Build());

    private static ServiceProvider Start(Fleet fleet, IConfiguration configuration) => fleet.StartHost(others: services => services
        .AddSingleton(configuration)
        .AddServiceRateLimiting(Other, static service => (service.Store, service.ArrivalGuard) = ("Redis", TimeSpan.Zero)));

    private static async Task<int> DrainedAsync(IEnumerable<IServiceRateLimiter> services)
    {
        var went = 0;
        foreach (var service in services)
        {
            went += await Drained.CountAsync(service, Soon);
        }

        return went;
    }

    /// <summary>How many go at once.</summary>
    private static int Drain(IServiceRateLimiter service)
    {
        var went = 0;
        while (service.TryAcquire().Lease is { } lease)
        {
            lease.Dispose();
            went++;
        }

        return went;
    }

    private Fleet Counted(RedisGlobalLimits counting, Action<ServiceRateLimitingOptions> service, Action<RedisStoreOptions>? redis = null, string? address = null) => new(address ?? server.Address, service, options =>
    {
        options.GlobalLimits = counting;
        redis?.Invoke(options);
    });
}
