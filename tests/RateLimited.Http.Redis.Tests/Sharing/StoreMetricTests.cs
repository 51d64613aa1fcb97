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
        using var collected = new MetricCollector();
        var server = new RedisServer();
        await using (server)
        {
            using var fleet = new Fleet(server.Address, static service => service.Limit("100/s"));
            var limiter = fleet.Start();
            (await limiter.AcquireAsync(cancellationToken: Ended)).Dispose();
            await Eventually.HoldsAsync(() => TimesOf("answered") > 0);

            await server.DisposeAsync();
            (await limiter.AcquireAsync(cancellationToken: Ended)).Dispose();
            await Eventually.HoldsAsync(() => TimesOf("failed") > 0);
        }

        int TimesOf(string result) => collected.Measurements.Count(measured => measured.Instrument is "rate_limit.store.duration" && Equals(measured["result"], result) && measured.Value > 0);
    }
}
