using System.Buffers;
using RateLimited.Http.History;
using RateLimited.Http.History.Journal;

namespace RateLimited.Http.Tool.Tests.Reports;

/// <summary>A journal as a program leaves it, that is gone after the test.</summary>
internal sealed class RecordedJournal : IDisposable
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    public string Path { get; } = Directory.CreateTempSubdirectory("ratelimited-report-").FullName;

    /// <summary>A service's minute with one refusal for a tenant.</summary>
    public static HistoryRecord[] Minute(DateTimeOffset at, string service = "shop", string tenant = "acme", string limit = "50/minute") =>
    [
        new UsageRecord
        {
            At = at,
            Service = service,
            Admitted = 30,
            Refused = 1,
            Limits = [new LimitUsage { Name = limit, Unit = "requests", Partition = "service", Window = TimeSpan.FromMinutes(1), Quota = 50, Peak = 30, Used = 10, Taken = 30 }],
        },
        new RefusalRecord { At = at.AddSeconds(1), Service = service, Reason = RejectionReason.QueueFull, Limit = limit, Endpoint = "GET /orders", Tenant = tenant },
    ];

    public RecordedJournal Add(params IReadOnlyList<HistoryRecord> records)
    {
        foreach (var day in records.GroupBy(static record => DateOnly.FromDateTime(record.At.UtcDateTime)))
        {
            var frames = new ArrayBufferWriter<byte>();
            foreach (var record in day)
            {
                RecordFrame.Write(frames, RecordJson.Write(record));
            }

            File.AppendAllBytes(FileOf(day.Key), frames.WrittenSpan);
        }

        return this;
    }

    public string FileOf(DateOnly day) => System.IO.Path.Combine(Path, new SegmentName(day, 1).ToString());

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
