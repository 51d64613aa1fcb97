using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>How long the store takes is measured, whether it answers or not.</summary>
public sealed class StoreMetricTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_exchange_has_its_time_and_whether_it_was_answered()
    {
        using var server = new RedisServer();
        using var fleet = new Fleet(server.Address, static service => service.Limit("100/s"), static redis => redis.Timeout = TimeSpan.FromMilliseconds(300));
        var process = fleet.StartHost();
        using var collected = new MetricCollector(process.GetRequiredService<IMeterFactory>());
        var limiter = process.GetRequiredKeyedService<IServiceRateLimiter>(Fleet.Api);
        (await limiter.AcquireAsync(cancellationToken: Ended)).Dispose();
        await Eventually.Holds(() => TimesOf("answered") > 0, "an exchange was timed");

        server.Kill();
        (await limiter.AcquireAsync(cancellationToken: Ended)).Dispose();
        await Eventually.Holds(() => TimesOf("failed") > 0, "a failed exchange was timed");

        int TimesOf(string result) => collected.Measurements.Count(measured => measured.Instrument is "rate_limit.store.duration" && Equals(measured["result"], result) && measured.Value > 0);
    }
}
