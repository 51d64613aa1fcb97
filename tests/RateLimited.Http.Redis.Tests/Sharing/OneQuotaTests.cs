using RateLimited.Http.Redis.Tests.Servers;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>Several processes have one quota: together they send what one may, and nearly all of it.</summary>
public sealed class OneQuotaTests(RedisServer server) : IClassFixture<RedisServer>
{
    private static readonly TimeSpan Run = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData("100/s sliding", 0)]
    [InlineData("100/s sliding", 250)]
    [InlineData("100/s token-bucket", 0)]
    [InlineData("100/s token-bucket", 100)]
    [InlineData("100/s fixed", 0)]
    public async Task Four_processes_send_what_one_may(string limit, int aheadMilliseconds)
    {
        using var fleet = new Fleet(server.Address, service => service.Limit(limit), redis => redis.TakeAhead = TimeSpan.FromMilliseconds(aheadMilliseconds));
        var admissions = new Admissions();
        using var stop = new CancellationTokenSource(Run);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => admissions.DriveAsync(fleet.Start(), callers: 20, stop.Token)));

        // The bucket holds a hundred besides what flows in; of fixed windows four may be touched.
        var most = limit.Contains("sliding", StringComparison.Ordinal) ? 301 : 401;
        admissions.Count.ShouldBeInRange(most / 2, most);
        if (limit.Contains("sliding", StringComparison.Ordinal))
        {
            // Between being counted and being written down here lies this machine's business.
            admissions.MostWithin(TimeSpan.FromMilliseconds(800)).ShouldBeLessThanOrEqualTo(100);
        }
    }
}
