using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RateLimited.Http.Testing;

namespace RateLimited.Http.History.Tests.Recording;

public sealed class UsageSamplerTests
{
    [Fact]
    public async Task A_minute_is_recorded_when_it_is_over_and_the_one_under_way_at_the_end()
    {
        var (time, store) = (new ManualTimeProvider(), new HeldStore());
        var services = new ServiceCollection().AddSingleton<TimeProvider>(time).AddSingleton<IHistoryStore>(store);
        services.AddServiceRateLimiting("shop", static shop => shop.Limit("10/minute fixed"));
        services.AddRateLimitHistory();
        await using var container = services.BuildServiceProvider();
        IReadOnlyList<IHostedService> hosts = [.. container.GetServices<IHostedService>()];
        foreach (var host in hosts)
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
        }

        var shop = container.GetRequiredKeyedService<IServiceRateLimiter>("shop");
        Send(3);
        time.Advance(TimeSpan.FromSeconds(30));
        Send(9);
        time.Advance(TimeSpan.FromSeconds(30));
        Send(1);
        time.Advance(TimeSpan.FromSeconds(7));
        foreach (var host in hosts.Reverse())
        {
            await host.StopAsync(TestContext.Current.CancellationToken);
        }

        var minutes = store.TakeAll().OfType<UsageRecord>().ToList();
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        minutes.Select(static minute => (minute.At, minute.Admitted, minute.Refused)).ShouldBe([(start, 10, 2), (start.AddMinutes(1), 1, 0)]);
        var limits = minutes.Select(static minute => minute.Limits.Single()).ToList();
        limits.Select(static limit => (limit.Name, limit.Quota, limit.Window, limit.Peak)).ShouldBe([("10/minute", 10, TimeSpan.FromMinutes(1), 10), ("10/minute", 10, TimeSpan.FromMinutes(1), 1)]);

        void Send(int requests)
        {
            for (var i = 0; i < requests; i++)
            {
                shop.TryAcquire().Lease?.Dispose();
            }
        }
    }
}
