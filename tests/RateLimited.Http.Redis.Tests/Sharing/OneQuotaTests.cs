using System.Diagnostics;
using RateLimited.Http.Redis.Tests.Servers;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>Several processes have one quota: together they send what one may, however slow the machine is on which they do. How much of it they use is measured by .ci/redis-fleet.sh.</summary>
public sealed class OneQuotaTests(RedisServer server) : IClassFixture<RedisServer>
{
    private const int Quota = 100;
    private const int Enough = 300;

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
        using var stop = new CancellationTokenSource();
        var began = Stopwatch.GetTimestamp();
        var work = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => admissions.DriveAsync(fleet.Start(), callers: 4, stop.Token)));
        await Eventually.Holds(() => admissions.Count >= Enough, "they send on as quota comes back");
        await stop.CancelAsync();
        await work;

        // A bucket holds as much besides what flows in; as many windows of a clock are touched as begin in the time, and one.
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var most = limit.Contains("sliding", StringComparison.Ordinal) ? Quota * ((int)seconds + 1)
            : limit.Contains("bucket", StringComparison.Ordinal) ? Quota + (int)(Quota * seconds)
            : Quota * ((int)seconds + 2);
        admissions.Count.ShouldBeLessThanOrEqualTo(most);
        if (limit.Contains("sliding", StringComparison.Ordinal))
        {
            admissions.MostWithin(TimeSpan.FromSeconds(1)).ShouldBeLessThanOrEqualTo(Quota);
        }

        fleet.Logs.Ours.ShouldNotContain(static entry => entry.Event.Id == 21);
    }
}
