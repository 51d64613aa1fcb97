using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using RateLimited.Http.History.Configuration;
using RateLimited.Http.History.PostgreSql.Tests.Servers;
using RateLimited.Http.History.Recording;
using RateLimited.Http.Testing;

namespace RateLimited.Http.History.PostgreSql.Tests;

public sealed class ServerRestartTests
{
    [Fact]
    public async Task While_the_server_is_away_records_are_dropped_and_counted_and_when_it_is_back_it_goes_on_and_tells_of_the_loss()
    {
        await using var server = new PostgreSqlServer();
        await server.InitializeAsync();
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        using var settings = new HistorySettings(new OptionsFactory<RateLimitHistoryOptions>([], [], []), NullLoggerFactory.Instance);
        await using var store = new PostgreSqlHistoryStore(new Lazy<NpgsqlDataSource>(source), isOwned: false, "rate_limits", settings, TimeProvider.System);
        using var logs = new LogCollector();
        using var recorder = new HistoryRecorder(new PendingRecords(settings), new Lazy<IHistoryStore>(store), settings, TimeProvider.System, logs);

        await RecordAsync("before");
        await server.StopAsync();
        await RecordAsync("lost");
        await RecordAsync("lost");
        recorder.Dropped.ShouldBe(2);
        await server.StartAsync();

        // A connection of the pool may still be one to the server before it: what it was to write is one loss more.
        for (var tries = 0; tries < 20 && await RecordAsync("after") > 0; tries++)
        {
        }

        var records = new List<HistoryRecord>();
        await foreach (var record in store.ReadAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, TestContext.Current.CancellationToken))
        {
            records.Add(record);
        }

        records.OfType<RefusalRecord>().Select(static refusal => refusal.Tenant).ShouldBe(["before", "after"]);
        records.OfType<LossRecord>().Single().Refusals.ShouldBe(recorder.Dropped);
        logs.Entries.Count.ShouldBe(2);

        async Task<long> RecordAsync(string tenant)
        {
            var before = recorder.Dropped;
            recorder.Refused(new RefusedRequest { Service = "shop", Reason = RejectionReason.QueueFull, Tenant = tenant });
            await recorder.FlushAsync(TestContext.Current.CancellationToken);
            return recorder.Dropped - before;
        }
    }
}
