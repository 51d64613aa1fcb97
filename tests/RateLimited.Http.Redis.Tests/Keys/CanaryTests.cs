using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Redis.Tests.Sharing;
using RateLimited.Http.Tests.Keys.Canary;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Keys;

/// <summary>Neither the password of Redis nor the secret of its keys nor who somebody's tenants are can be read in what is sent to Redis, stored there, or said by the program.</summary>
public sealed class CanaryTests
{
    private const string Password = "CANARY-password-51a7";
    private const string Secret = "CANARY-secret-of-keys-8d20";
    private const string Tenant = "CANARY-tenant-acme";
    private const string Key = "CANARY-sk-0f3b-of-one-account";
    private const string GroupedKey = "CANARY-sk-77aa-of-another";
    private const string Group = "CANARY-group-org";
    private const string Endpoint = "CANARY-endpoint";

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    [Fault("S03")]
    [Fault("S04")]
    public async Task Redis_is_told_no_name_and_nobody_is_told_a_secret()
    {
        using var sweep = new Sweep(Password, Secret, Tenant, Key, GroupedKey);
        using var server = RedisServer.With("--requirepass", Password);
        await using var monitor = await RedisMonitor.StartAsync(server, Password);
        using var fleet = new Fleet(
            $"{server.Address},password={Password}",
            static service => service.Limit("1000/h").Limit("5 concurrent").PerTenant("2/h").Limit("900/h per key").Keys.Add("one", Key).Add("other", GroupedKey, static key => key.Group = Group),
            redis => (redis.Secret, redis.Timeout) = (Secret, TimeSpan.FromSeconds(2)));
        var process = fleet.StartHost();
        var limiter = process.GetRequiredKeyedService<IServiceRateLimiter>(Fleet.Api);
        var request = new AdmissionRequest { Tenant = Tenant, Endpoint = Endpoint };

        (await limiter.AcquireAsync(request with { Key = new KeyWish(null, ["one"]) }, Ended)).Dispose();
        (await limiter.AcquireAsync(request with { Key = new KeyWish(null, ["other"]) }, Ended)).Dispose();
        await Eventually.Holds(() => Refused(limiter, request, sweep), "the tenant's quota is used up");
        sweep.Hear("status", limiter.GetStatus());
        sweep.Hear("health", await HealthAsync(process));
        sweep.Hear("stored", await StoredAsync(server));
        server.Kill();
        Refused(limiter, request, sweep);
        sweep.Hear("health", await HealthAsync(process));
        foreach (var entry in fleet.Logs.Entries)
        {
            sweep.Hear($"log {entry.Category}", $"{entry.Message} {entry.Exception}");
        }

        // The password has to be told to Redis, which blots it out itself.
        sweep.Hear("commands", monitor.Heard);
        monitor.Heard.ShouldContain("evalsha", Case.Insensitive);
        sweep.Found.ShouldBeEmpty();
    }

    private static bool Refused(IServiceRateLimiter limiter, AdmissionRequest request, Sweep sweep)
    {
        var result = limiter.TryAcquire(request);
        result.Lease?.Dispose();
        sweep.Hear("result", result);
        return !result.IsAdmitted;
    }

    private static async Task<string> HealthAsync(IServiceProvider process)
    {
        var entry = (await process.GetRequiredService<HealthCheckService>().CheckHealthAsync(Ended)).Entries["limits"];
        return $"{entry.Status} {entry.Description} {entry.Exception} {string.Join(' ', entry.Data)}";
    }

    /// <summary>Every key of the server with all that it holds.</summary>
    private static async Task<string> StoredAsync(RedisServer server)
    {
        var options = server.Options;
        options.Password = Password;
        using var connection = await ConnectionMultiplexer.ConnectAsync(options);
        var keys = connection.GetServer(server.Address).Keys().ToArray();
        keys.ShouldNotBeEmpty();
        var dumps = await Task.WhenAll(keys.Select(key => connection.GetDatabase().KeyDumpAsync(key)));
        return string.Join('\n', keys.Zip(dumps, static (key, dump) => $"{key} {System.Text.Encoding.Latin1.GetString(dump!)}"));
    }
}
