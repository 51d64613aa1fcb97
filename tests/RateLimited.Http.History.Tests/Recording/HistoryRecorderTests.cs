using RateLimited.Http.History.Configuration;
using RateLimited.Http.History.Recording;
using RateLimited.Http.History.Tests.Journal;
using RateLimited.Http.Testing;

namespace RateLimited.Http.History.Tests.Recording;

public sealed class HistoryRecorderTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly LogCollector _logs = new();
    private readonly HeldStore _store = new();
    private readonly HistorySettings _settings = JournalDirectory.Settings(static options => options.MaxPending = 100);
    private readonly PendingRecords _pending;
    private readonly HistoryRecorder _recorder;

    public HistoryRecorderTests()
    {
        _pending = new PendingRecords(_settings);
        _recorder = new HistoryRecorder(_pending, new Lazy<IHistoryStore>(_store), _settings, _time, _logs);
    }

    [Fact]
    public async Task Ten_refusals_are_written_at_once()
    {
        _recorder.Start();
        Refuse(9);
        _store.Count.ShouldBe(0);
        Refuse(1);

        (await _store.NextAsync()).Cast<RefusalRecord>().Single().Count.ShouldBe(10);
    }

    [Fact]
    public async Task Fewer_are_written_after_a_minute_and_nothing_where_there_is_nothing()
    {
        _recorder.Start();
        _time.Advance(TimeSpan.FromMinutes(5));
        Refuse(1);
        _time.Advance(TimeSpan.FromMinutes(1));

        (await _store.NextAsync()).Cast<RefusalRecord>().Single().At.ShouldBe(new DateTimeOffset(2026, 1, 1, 0, 5, 0, TimeSpan.Zero));
        _store.Count.ShouldBe(0);
    }

    [Fact]
    public async Task What_is_pending_at_the_end_is_written()
    {
        _recorder.Start();
        Refuse(3);
        await _recorder.StopAsync(TestContext.Current.CancellationToken);

        (await _store.NextAsync()).Cast<RefusalRecord>().Single().Count.ShouldBe(3);
        _time.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public async Task A_disk_that_is_full_loses_what_it_is_given_counts_it_says_so_once_and_tells_of_it_afterwards()
    {
        _store.Fault = new IOException("No space left on device");
        for (var i = 0; i < 3; i++)
        {
            Refuse(4);
            _pending.Add(new UsageRecord { At = _time.GetUtcNow(), Service = "shop" });
            await _recorder.FlushAsync(TestContext.Current.CancellationToken);
        }

        _recorder.Dropped.ShouldBe(15);
        _store.Fault = null;
        Refuse(1);
        await _recorder.FlushAsync(TestContext.Current.CancellationToken);

        var batch = await _store.NextAsync();
        batch.Count.ShouldBe(2);
        batch[1].ShouldBe(new LossRecord { At = _time.GetUtcNow(), Refusals = 12, Minutes = 3 });
        _logs.Entries.Select(static entry => entry.Message).ShouldBe(
        [
            "Usage and refusals cannot be recorded: No space left on device Until they can, they are counted as dropped; requests are not touched.",
            "Usage and refusals are recorded again; 12 refusals and 3 minutes of services are missing.",
        ]);
        Refuse(1);
        await _recorder.FlushAsync(TestContext.Current.CancellationToken);
        (await _store.NextAsync()).ShouldAllBe(static record => record is RefusalRecord);
    }

    [Fact]
    public async Task More_than_may_be_pending_is_dropped_counted_and_said_once()
    {
        for (var i = 0; i < 150; i++)
        {
            _recorder.Refused(new RefusedRequest { Service = "shop", Reason = RejectionReason.QueueFull, Tenant = $"{i}" });
        }

        _recorder.Dropped.ShouldBe(50);
        _logs.Entries.Count.ShouldBe(1);
        await _recorder.FlushAsync(TestContext.Current.CancellationToken);
        var batch = await _store.NextAsync();
        batch.OfType<RefusalRecord>().Count().ShouldBe(100);
        batch.OfType<LossRecord>().Single().Refusals.ShouldBe(50);
    }

    [Fact]
    public async Task A_store_that_throws_anything_does_not_end_the_writing()
    {
        _recorder.Start();
        _store.Fault = new InvalidOperationException("It says a secret.");
        Refuse(10);
        await _recorder.FlushAsync(TestContext.Current.CancellationToken);
        _store.Fault = null;
        Refuse(10);

        (await _store.NextAsync()).OfType<RefusalRecord>().Sum(static record => record.Count).ShouldBeGreaterThan(0);
        _logs.Entries.ShouldNotContain(static entry => entry.Message.Contains("secret", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _recorder.Dispose();
        _settings.Dispose();
        _logs.Dispose();
    }

    private void Refuse(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _recorder.Refused(new RefusedRequest { Service = "shop", Reason = RejectionReason.LimitReached, Tenant = "acme" });
        }
    }
}
