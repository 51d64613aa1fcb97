using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Redis.Tests.Sharing;
using RateLimited.Http.Redis.Watching;
using RateLimited.Http.Tests.Keys.Canary;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Watching;

/// <summary>What processes say of themselves in a real Redis, and what they hear of each other. Nothing beside it: what knows no container is counted by all, and other tests' services have the same name.</summary>
[Collection(nameof(FleetBookTests))]
[CollectionDefinition(nameof(FleetBookTests), DisableParallelization = true)]
public sealed class FleetBookTests : IDisposable
{
    private const string ApiKey = "CANARY-key-of-an-api-77f1";
    private const string Password = "CANARY-password-51a7";
    private const string Tenant = "CANARY-tenant-acme";
    private const string Secret = "CANARY-secret-of-keys-8d20";

    private readonly RedisServer _server = new();

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_sees_the_sum_of_all_and_who_dies_is_forgotten()
    {
        using var proxy = new FaultProxy(_server.Port);
        using var fleet = Started(_server.Address, static redis => redis.LeaseTimeToLive = TimeSpan.FromSeconds(1));
        using var others = Started(proxy.Address, redis => (redis.LeaseTimeToLive, redis.Prefix) = (TimeSpan.FromSeconds(1), fleet.Prefix));
        var (one, other) = (Begin(fleet), Begin(others));
        using var held = await AcquireAsync(one);
        (await AcquireAsync(other)).Dispose();
        (await AcquireAsync(other)).Dispose();
        LimiterOf(other).TryAcquire(AdmissionRequest.Of(UnitCost.Requests, 5_000)).Lease.ShouldBeNull();
        var (mine, theirs) = (BookOf(one), BookOf(other));
        theirs.Of(Fleet.Api).ShouldNotBeNull();

        await Eventually.HoldsAsync(
            async () =>
            {
                await theirs.SayOfAllAsync();
                await mine.SayOfAllAsync();
                return mine.Of(Fleet.Api) is { Processes: 2 };
            },
            "two are heard of");

        var sum = mine.Of(Fleet.Api)!;
        (sum.Checks.GetValueOrDefault("admitted") + sum.Checks.GetValueOrDefault("waited"), sum.Checks["refused"], sum.Refusals["cost_exceeds_quota"], sum.InFlight, sum.Waiting, sum.Unexpected429, sum.Fault).ShouldBe((3, 1, 1, 1, 0, 0, null));
        sum.At.ShouldNotBeNull();

        proxy.IsBlackHole = true;
        await Eventually.HoldsAsync(
            async () =>
            {
                await mine.SayOfAllAsync();
                return mine.Of(Fleet.Api) is { Processes: 1 };
            },
            "the dead one is forgotten");
        (mine.Of(Fleet.Api)!.Checks.Values.Sum(), mine.Of(Fleet.Api)!.InFlight).ShouldBe((1, 1));
    }

    [Fact]
    public async Task From_the_hosts_start_to_its_end_it_says_so_by_itself_and_takes_its_word_back()
    {
        using var fleet = Started(_server.Address, static redis => redis.LeaseTimeToLive = TimeSpan.FromHours(1));
        var (one, other) = (Begin(fleet), Begin(fleet));
        (await AcquireAsync(other)).Dispose();
        BookOf(other).Of(Fleet.Api);
        await BookOf(other).StartAsync(Ended);
        await Eventually.Holds(() => BookOf(other).Of(Fleet.Api) is { Processes: 1, At: not null }, "it is heard of");

        await BookOf(other).StopAsync(Ended);

        BookOf(one).Of(Fleet.Api);
        await BookOf(one).SayOfAllAsync();
        BookOf(one).Of(Fleet.Api)!.Processes.ShouldBe(1, "only who asks is there");
    }

    [Fact]
    public async Task While_Redis_is_down_it_is_said_why_and_when_it_is_back_all_are_heard_of_again()
    {
        using var fleet = Started(_server.Address);
        var process = Begin(fleet);
        var book = BookOf(process);
        book.Of(Fleet.Api).ShouldSatisfyAllConditions(static all => all!.At.ShouldBeNull(), static all => all!.Fault.ShouldBeNull(), static all => all!.Processes.ShouldBe(0));
        (await AcquireAsync(process)).Dispose();
        await book.SayOfAllAsync();
        book.Of(Fleet.Api)!.Fault.ShouldBeNull();

        _server.Kill();
        await Eventually.HoldsAsync(
            async () =>
            {
                await book.SayOfAllAsync();
                return book.Of(Fleet.Api)!.Fault is not null;
            },
            "it is missed");

        book.Of(Fleet.Api)!.Fault!.ShouldNotContain(_server.Address);
        _server.Start();
        await Eventually.HoldsAsync(
            async () =>
            {
                await book.SayOfAllAsync();
                return book.Of(Fleet.Api) is { Fault: null, Processes: 1 };
            },
            "it is found");
    }

    [Fact]
    public async Task Nothing_is_said_before_there_is_something_to_say_and_nothing_of_what_only_one_counts()
    {
        using var proxy = new FaultProxy(_server.Port);
        using var fleet = Started(proxy.Address);
        var process = Begin(fleet);

        await BookOf(process).SayOfAllAsync();

        proxy.Connections.ShouldBe(0);
        BookOf(process).Of("nobody").ShouldBeNull();
        using var alone = new Fleet(proxy.Address, static service => service.Limit("5/s").Store = "Memory");
        BookOf(Begin(alone)).Of(Fleet.Api).ShouldBeNull();
    }

    [Fact]
    public async Task Redis_is_asked_once_for_each_word_and_told_no_tenant_and_no_secret()
    {
        using var sweep = new Sweep(Password, Secret, Tenant, ApiKey);
        using var guarded = RedisServer.With("--requirepass", Password);
        await using var monitor = await RedisMonitor.StartAsync(guarded, Password);
        using var fleet = new Fleet($"{guarded.Address},password={Password}", static service => service.Limit("1000/h").ApiKeys(static keys => keys.Add("first", ApiKey)), static redis => redis.Secret = Secret);
        var process = Begin(fleet);
        (await LimiterOf(process).AcquireAsync(new AdmissionRequest { Tenant = Tenant, Endpoint = Tenant }, Ended)).Dispose();
        LimiterOf(process).TryAcquire(AdmissionRequest.Of(UnitCost.Requests, 5_000) with { Tenant = Tenant, Endpoint = Tenant }).Lease.ShouldBeNull();
        var book = BookOf(process);
        book.Of(Fleet.Api);
        await book.SayOfAllAsync();
        var options = guarded.Options;
        options.Password = Password;
        using var admin = await ConnectionMultiplexer.ConnectAsync(options);
        var server = admin.GetServer(guarded.Address);
        var key = server.Keys(pattern: $"{fleet.Prefix}:v2:*:u").ShouldHaveSingleItem();
        var before = CallsOf(server, "hset");

        await book.SayOfAllAsync();

        CallsOf(server, "hset").ShouldBe(before + 1);
        await Eventually.Holds(() => monitor.Heard.Contains("HSET", StringComparison.OrdinalIgnoreCase), "it is heard");
        var database = admin.GetDatabase();
        var stored = database.HashGetAll(key).ShouldHaveSingleItem();
        database.KeyTimeToLive(key).ShouldNotBeNull().ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(30));
        stored.Value.ToString().ShouldContain("cost_exceeds_quota");
        sweep.Hear("stored", $"{key} {stored.Name} {stored.Value}");
        sweep.Hear("commands", monitor.Heard);
        sweep.Hear("status", book.Of(Fleet.Api)!);
        sweep.Found.ShouldBeEmpty();
    }

    [Fact]
    public async Task Alerts_of_one_are_seen_by_the_others_as_they_are()
    {
        using var fleet = Started(_server.Address);
        var alert = Alerts.One("1");
        var (one, other) = (Begin(fleet), Begin(fleet, services => services.AddSingleton<IAlertBook>(new Alerts(alert, alert with { Id = "2", Service = "another" }))));
        (await AcquireAsync(other)).Dispose();
        await BookOf(other).SayOfAllAsync();

        BookOf(one).Of(Fleet.Api);
        await BookOf(one).SayOfAllAsync();

        BookOf(one).Of(Fleet.Api)!.Alerts.ShouldHaveSingleItem().ShouldBe(alert);
    }

    [Fact]
    public async Task Each_sees_whose_the_requests_of_all_were_and_how_all_find_the_keys()
    {
        using var fleet = new Fleet(
            _server.Address,
            static service => service.Limit("1000/h").Endpoint("GET /x", static endpoint => endpoint.Limit("500/h")).ApiKeys(static keys => keys.Add("first", ApiKey)),
            static redis => redis.Secret = Secret);
        var (one, other) = (Begin(fleet), Begin(fleet));
        (await LimiterOf(one).AcquireAsync(new AdmissionRequest { Tenant = Tenant, Endpoint = "GET /x" }, Ended)).Dispose();
        (await LimiterOf(other).AcquireAsync(new AdmissionRequest { Tenant = Tenant }, Ended)).Dispose();
        LimiterOf(other).TryAcquire(AdmissionRequest.Of(UnitCost.Requests, 5_000) with { Tenant = "</script>", Endpoint = "GET /x" }).Lease.ShouldBeNull();
        var book = BookOf(one);
        book.TrafficOf(Fleet.Api).ShouldBeNull("nobody has told yet");
        book.TrafficOf("nobody").ShouldBeNull();

        await BookOf(other).SayOfAllAsync();
        await book.SayOfAllAsync();

        var traffic = book.TrafficOf(Fleet.Api).ShouldNotBeNull();
        (traffic.Service, traffic.Processes, traffic.Tenants.Missed).ShouldBe((Fleet.Api, 2, 0));
        traffic.Tenants.Top.ShouldBe([new(Tenant, 2, 0), new("</script>", 0, 1)]);
        traffic.Endpoints.Top.ShouldBe([new("GET /x", 1, 1), new(Name: null, 1, 0)]);
        traffic.Refusals.ShouldHaveSingleItem().ShouldSatisfyAllConditions(static refusal => refusal.Reason.ShouldBe("cost_exceeds_quota"), static refusal => refusal.Tenant.ShouldBe("</script>"));
        var key = book.Of(Fleet.Api)!.Keys.ShouldHaveSingleItem();
        (key.Name, key.States["active"]).ShouldBe(("first", 2));
        book.Of(Fleet.Api)!.Flow.ShouldBe(new FleetFlow(0, 0, 0), "of what was before nobody knows when it was");

        (await LimiterOf(other).AcquireAsync(new AdmissionRequest { Tenant = Tenant }, Ended)).Dispose();
        await BookOf(other).SayOfAllAsync();
        await book.SayOfAllAsync();
        book.Of(Fleet.Api)!.Flow.ShouldBe(new FleetFlow(1, 0, 0));
    }

    [Fact]
    public async Task Without_a_secret_no_name_is_told_that_is_not_the_configurations()
    {
        using var admin = await ConnectionMultiplexer.ConnectAsync(_server.Options);
        using var fleet = new Fleet(_server.Address, static service => service.Limit("1000/h").Endpoint("GET /x", static endpoint => endpoint.Limit("500/h")));
        var process = Begin(fleet);
        (await LimiterOf(process).AcquireAsync(new AdmissionRequest { Tenant = Tenant, Endpoint = "GET /x" }, Ended)).Dispose();
        LimiterOf(process).TryAcquire(AdmissionRequest.Of(UnitCost.Requests, 5_000) with { Tenant = Tenant, Endpoint = Tenant }).Lease.ShouldBeNull();
        BookOf(process).Of(Fleet.Api);

        await BookOf(process).SayOfAllAsync();

        var traffic = BookOf(process).TrafficOf(Fleet.Api).ShouldNotBeNull();
        (traffic.Tenants.Top.Count, traffic.Tenants.Admitted, traffic.Tenants.Refused, traffic.Tenants.Missed).ShouldBe((0, 1, 1, 2));
        traffic.Endpoints.Top.ShouldBe([new("GET /x", 1, 0)]);
        traffic.Refusals.ShouldHaveSingleItem().ShouldSatisfyAllConditions(static refusal => refusal.Tenant.ShouldBeNull(), static refusal => refusal.Endpoint.ShouldBeNull());
        var key = admin.GetServer(_server.Address).Keys(pattern: $"{fleet.Prefix}:v2:*:u").ShouldHaveSingleItem();
        admin.GetDatabase().HashGetAll(key).ShouldHaveSingleItem().Value.ToString().ShouldNotContain(Tenant);
    }

    [Fact]
    public async Task A_process_of_an_older_version_is_counted_among_the_others()
    {
        using var fleet = Started(_server.Address);
        var process = Begin(fleet);
        (await AcquireAsync(process)).Dispose();
        await BookOf(process).SayOfAllAsync();
        using var admin = await ConnectionMultiplexer.ConnectAsync(_server.Options);
        var key = admin.GetServer(_server.Address).Keys(pattern: $"{fleet.Prefix}:v2:*:u").ShouldHaveSingleItem();
        admin.GetDatabase().HashSet(key, "0123456789abcdef", """9999999999999 {"checks":{"admitted":41},"refusals":{},"unexpected429":0,"spendUsd":{},"inFlight":7,"waiting":0,"alerts":[]}""");

        BookOf(process).Of(Fleet.Api);
        await BookOf(process).SayOfAllAsync();

        var all = BookOf(process).Of(Fleet.Api)!;
        (all.Processes, all.Checks.Values.Sum(), all.InFlight).ShouldBe((2, 42, 7));
        BookOf(process).TrafficOf(Fleet.Api)!.Processes.ShouldBe(1);
    }

    [Fact]
    public async Task Who_may_only_decide_is_told_which_rights_are_missing_and_what_another_program_wrote_is_nothing()
    {
        using var admin = await ConnectionMultiplexer.ConnectAsync(_server.Options);
        var database = admin.GetDatabase();
        object[] decides = ["SETUSER", "limits", "on", ">secret", "~*", "&*", "-@all", "+evalsha", "+eval", "+script|load", "+get", "+set", "+getrange", "+setrange", "+time", "+pttl", "+publish", "+subscribe", "+ping", "+echo", "+client", "+info", "+select"];
        await database.ExecuteAsync("ACL", decides);
        using var restricted = await ConnectionMultiplexer.ConnectAsync(_server.Options);
        await restricted.GetDatabase().ExecuteAsync("AUTH", "limits", "secret");
        using var fleet = Started(_server.Address, static redis => redis.Configuration = null);
        var process = Begin(fleet, services => services.AddSingleton<IConnectionMultiplexer>(restricted));
        (await AcquireAsync(process)).Dispose();
        var book = BookOf(process);
        book.Of(Fleet.Api);

        await book.SayOfAllAsync();

        book.Of(Fleet.Api)!.Fault.ShouldBe("The user may not do what is needed: docs/redis.md has the rights to give it.");
        (await AcquireAsync(process)).Dispose();
        await database.ExecuteAsync("ACL", "SETUSER", "limits", "+hset", "+hdel", "+hlen", "+hgetall", "+pexpire");
        await book.SayOfAllAsync();
        book.Of(Fleet.Api).ShouldSatisfyAllConditions(static all => all!.Fault.ShouldBeNull(), static all => all!.Processes.ShouldBe(1));

        var key = admin.GetServer(_server.Address).Keys(pattern: $"{fleet.Prefix}:v2:*:u").ShouldHaveSingleItem();
        database.HashSet(key, [new("a", "9999999999999 {\"checks\":\"owned\"}"), new("b", "what?"), new("c", "1 {}"), new("d\ne", "9999999999999 {}"), new("f", $"9999999999999 {{\"x\":\"{new string('x', 70_000)}\"}}")]);
        await book.SayOfAllAsync();
        book.Of(Fleet.Api)!.Processes.ShouldBe(1);
        database.HashKeys(key).Select(static field => field.ToString()).ShouldNotContain(static field => field == "b" || field == "f" || field == "d\ne");
        database.KeyDelete(key);
        database.StringSet(key, "another program's");
        await book.SayOfAllAsync();
        book.Of(Fleet.Api)!.Fault.ShouldBe("Another program keeps something else under a key of these limits: give this one a Prefix of its own.");
    }

    public void Dispose() => _server.Dispose();

    private static Fleet Started(string address, Action<RedisStoreOptions>? redis = null) => new(address, static service => service.Limit("1000/h"), redis);

    /// <summary>A process that counts from its start on, as one does whose host has started.</summary>
    private static ServiceProvider Begin(Fleet fleet, Action<IServiceCollection>? services = null)
    {
        var process = fleet.StartHost(others: services);
        _ = BookOf(process);
        return process;
    }

    private static IServiceRateLimiter LimiterOf(IServiceProvider process) => process.GetRequiredKeyedService<IServiceRateLimiter>(Fleet.Api);

    private static async Task<ServiceLease> AcquireAsync(IServiceProvider process) => await LimiterOf(process).AcquireAsync(cancellationToken: Ended);

    private static FleetBook BookOf(IServiceProvider process) => process.GetRequiredService<FleetBook>();

    private static int CallsOf(IServer server, string command) =>
        server.Info("commandstats").SelectMany(static group => group).Where(each => each.Key == $"cmdstat_{command}").Select(static each => int.Parse(each.Value.Split(',')[0]["calls=".Length..], System.Globalization.CultureInfo.InvariantCulture)).Single();
}
