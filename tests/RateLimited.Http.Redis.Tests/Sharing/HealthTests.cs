using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RateLimited.Http.Redis.Tests.Servers;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>The health check runs the script itself, and tells what passes from what does not.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task A_redis_that_decides_is_healthy()
    {
        using var server = new RedisServer();
        using var fleet = new Fleet(server.Address, static service => service.Limit("100/h"));

        (await CheckAsync(fleet)).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    [Fault("R15")]
    public async Task A_redis_that_may_evict_limits_is_degraded_and_says_what_would_be_right()
    {
        using var server = RedisServer.With("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru");
        using var fleet = new Fleet(server.Address, static service => service.Limit("100/h"));

        var entry = await CheckAsync(fleet);

        entry.Status.ShouldBe(HealthStatus.Degraded);
        entry.Description.ShouldNotBeNull().ShouldContain("noeviction");
    }

    [Fact]
    public async Task A_redis_that_is_down_is_degraded()
    {
        using var server = new RedisServer();
        server.Kill();
        using var fleet = new Fleet(server.Address, static service => service.Limit("100/h"), static redis => redis.Timeout = TimeSpan.FromSeconds(1));

        (await CheckAsync(fleet)).Status.ShouldBe(HealthStatus.Degraded);
    }

    [Theory]
    [InlineData("NOPERM this user has no permissions to run the 'evalsha' command", "rights")]
    [InlineData("ERR unknown command 'EVALSHA'", "docs/redis.md")]
    public async Task Somebodys_mistake_is_unhealthy(string error, string sentence)
    {
        using var stub = new RespStub { Error = error };
        using var fleet = new Fleet(stub.Address, static service => service.Limit("100/h"));

        var entry = await CheckAsync(fleet);

        entry.Status.ShouldBe(HealthStatus.Unhealthy);
        entry.Description.ShouldNotBeNull().ShouldContain(sentence);
    }

    private static async Task<HealthReportEntry> CheckAsync(Fleet fleet) =>
        (await fleet.StartHost().GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["limits"];
}
