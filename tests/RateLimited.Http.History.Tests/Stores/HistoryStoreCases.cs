using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RateLimited.Http.Testing;

namespace RateLimited.Http.History.Tests.Stores;

/// <summary>What holds of every place where records are kept.</summary>
public abstract class HistoryStoreCases
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract ManualTimeProvider Time { get; }

    protected DateTimeOffset Now => Time.GetUtcNow();

    [Fact]
    public async Task Every_kind_of_record_is_read_as_it_was_written_in_the_order_in_which_it_was()
    {
        HistoryRecord[] written =
        [
            Refusal("<script>\"\u0000\u202e'; DROP TABLE history; --</script>"),
            Usage(Now.AddMinutes(-1)),
            new LossRecord { At = Now, Refusals = 3, Minutes = 2 },
        ];
        var store = Store();
        await store.AppendAsync(written, Token);
        await store.AppendAsync([Refusal("later")], Token);

        var read = await ReadAsync(store);

        read.Count.ShouldBe(4);
        read[0].ShouldBe(written[0]);
        read[1].ShouldBeOfType<UsageRecord>().Limits.ShouldBe(((UsageRecord)written[1]).Limits);
        read[2].ShouldBe(written[2]);
        read[3].ShouldBe(Refusal("later"));
    }

    [Fact]
    public async Task Only_the_time_that_is_asked_for_is_read()
    {
        var store = Store();
        await store.AppendAsync([.. Enumerable.Range(0, 10).Select(hour => Refusal($"{hour}") with { At = Now.AddHours(hour) })], Token);

        (await ReadAsync(store, Now.AddHours(3), Now.AddHours(6))).Cast<RefusalRecord>().Select(static refusal => refusal.Tenant).ShouldBe(["3", "4", "5"]);
    }

    [Fact]
    public async Task A_program_records_into_it_and_reports_from_it()
    {
        var services = new ServiceCollection().AddSingleton<TimeProvider>(Time);
        services.AddServiceRateLimiting("shop", static shop => shop.Limit("10/minute"));
        AddHistory(services);
        await using var container = services.BuildServiceProvider();
        IReadOnlyList<IHostedService> hosts = [.. container.GetServices<IHostedService>()];
        foreach (var host in hosts)
        {
            await host.StartAsync(Token);
        }

        var shop = container.GetRequiredKeyedService<IServiceRateLimiter>("shop");
        for (var i = 0; i < 14; i++)
        {
            shop.TryAcquire(new AdmissionRequest { Tenant = "acme" }).Lease?.Dispose();
        }

        foreach (var host in hosts.Reverse())
        {
            await host.StopAsync(Token);
        }

        var history = container.GetRequiredService<RateLimitHistory>();
        history.Dropped.ShouldBe(0);
        var report = (await history.ReportAsync(ReportPeriod.Day(DateOnly.FromDateTime(Now.UtcDateTime)), cancellationToken: Token)).Services.Single();
        report.Requests.ShouldBe(new RequestCounts(10, 0, 4, 0, 0));
        report.ByTenant.Top.ShouldBe([new RankedRefusals("acme", 4)]);
    }

    /// <summary>A store of this test's own, or the one that it has; whoever derives from this closes it.</summary>
    protected abstract IHistoryStore Store();

    /// <summary>Lets a program keep its history there.</summary>
    protected abstract void AddHistory(IServiceCollection services);

    protected static async Task<IReadOnlyList<HistoryRecord>> ReadAsync(IHistoryStore store, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var records = new List<HistoryRecord>();
        await foreach (var record in store.ReadAsync(from ?? DateTimeOffset.MinValue, to ?? DateTimeOffset.MaxValue, Token))
        {
            records.Add(record);
        }

        return records;
    }

    protected static UsageRecord Usage(DateTimeOffset at) => new()
    {
        At = at,
        Service = "shop",
        Admitted = 5,
        Limits = [new LimitUsage { Name = "10/minute", Unit = "requests", Partition = "service", Quota = 10, Peak = 5, Used = 5, Taken = 5 }],
    };

    protected RefusalRecord Refusal(string tenant) => new() { At = Now, Service = "shop", Reason = RejectionReason.Timeout, Tenant = tenant };
}
