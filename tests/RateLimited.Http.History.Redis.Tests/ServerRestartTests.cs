using RateLimited.Http.History.Recording;
using RateLimited.Http.History.Tests.Journal;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Testing;

namespace RateLimited.Http.History.Redis.Tests;

public sealed class ServerRestartTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task While_the_server_is_away_records_are_dropped_and_counted_and_when_it_is_back_it_goes_on_and_tells_of_the_loss()
    {
        using var server = new RedisServer();
        using var settings = JournalDirectory.Settings(static _ => { });
        using var store = new RedisHistoryStore(ConnectionSource.Of($"{server.Address},connectTimeout=500", -1), new RedisHistoryOptions(), settings);
        using var logs = new LogCollector();
        using var recorder = new HistoryRecorder(new PendingRecords(settings), new Lazy<IHistoryStore>(store), settings, TimeProvider.System, logs);

        (await RecordAsync("before")).ShouldBe(0);
        server.Kill();
        (await RecordAsync("lost")).ShouldBe(1);
        (await RecordAsync("lost")).ShouldBe(1);
        server.Start();

        // The client finds out in its own time that it is back; what is written until then is lost, too.
        for (var began = TimeProvider.System.GetTimestamp(); await RecordAsync("after") > 0;)
        {
            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(Patience);
            await Task.Yield();
        }

        var records = new List<HistoryRecord>();
        await foreach (var record in store.ReadAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, TestContext.Current.CancellationToken))
        {
            records.Add(record);
        }

        // The server keeps nothing on disk: what was there before has gone with it.
        records.OfType<RefusalRecord>().Select(static refusal => refusal.Tenant).ShouldBe(["after"]);
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
