using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RateLimited.Http.History.Configuration;
using RateLimited.Http.History.Journal;
using RateLimited.Http.Testing;

namespace RateLimited.Http.History.Tests.Journal;

/// <summary>A directory for a journal that is gone after the test, with its time.</summary>
internal sealed class JournalDirectory : IDisposable
{
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"ratelimited-history-{Guid.NewGuid():n}");

    public ManualTimeProvider Time { get; init; } = new();

    public LogCollector Logs { get; } = new();

    public IReadOnlyList<string> Files => [.. SegmentName.In(Path).Select(name => System.IO.Path.Combine(Path, name.ToString()))];

    public static HistorySettings Settings(Action<RateLimitHistoryOptions> configure) => new(
        new OptionsFactory<RateLimitHistoryOptions>([new ConfigureOptions<RateLimitHistoryOptions>(configure)], [], [new HistoryFaults()]), NullLoggerFactory.Instance);

    public static RefusalRecord Refusal(DateTimeOffset at, string tenant, long count = 1) =>
        new() { At = at, Count = count, Service = "shop", Reason = RejectionReason.Timeout, Limit = "5/second", Endpoint = "GET /orders/{id}", Tenant = tenant, Key = "first" };

    public RefusalRecord Refusal(string tenant) => Refusal(Time.GetUtcNow(), tenant);

    public JournalStore Open(Action<RateLimitHistoryOptions>? configure = null, Func<string, Stream>? open = null, ILoggerFactory? loggers = null) => new(
        Settings(options =>
        {
            options.Directory = Path;
            configure?.Invoke(options);
        }),
        Time,
        loggers ?? Logs,
        open);

    public async Task<IReadOnlyList<HistoryRecord>> ReadAsync(DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var records = new List<HistoryRecord>();
        await foreach (var record in JournalReader.ReadAsync(Path, from ?? DateTimeOffset.MinValue, to ?? DateTimeOffset.MaxValue, TestContext.Current.CancellationToken))
        {
            records.Add(record);
        }

        return records;
    }

    public async Task<IReadOnlyList<string?>> TenantsAsync() => [.. (await ReadAsync()).Cast<RefusalRecord>().Select(static refusal => refusal.Tenant)];

    public void Dispose()
    {
        Logs.Dispose();
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
