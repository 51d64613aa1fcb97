using System.Text.Json;
using System.Text.Json.Serialization;

namespace RateLimited.Http.Redis.Watching;

/// <summary>What one process says of a service: docs/redis.md has the fields. What comes from others is as they wrote it: take no number and no text for what it should be.</summary>
internal sealed record ProcessReport
{
    /// <summary>How many bytes a report takes at most: with a thousand processes the server keeps and copies as many times a thousand.</summary>
    public const int MostBytes = 32 * 1024;

    public IReadOnlyDictionary<string, double> Checks { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, double> Refusals { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    public double Unexpected429 { get; init; }

    public IReadOnlyDictionary<string, double> SpendUsd { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    public double InFlight { get; init; }

    public double Waiting { get; init; }

    public IReadOnlyList<Alert> Alerts { get; init; } = [];

    public IReadOnlyList<KeyReport> Keys { get; init; } = [];

    /// <summary>Whose the requests were, where there is no secret to close it with.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrafficReport? Traffic { get; init; }

    /// <summary>The same, closed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sealed { get; init; }

    /// <summary>On one line: JSON escapes whatever would end it. Where it would take too much it has fewer alerts, models and keys.</summary>
    public byte[] ToBytes()
    {
        for (var report = this; ; report = report.Halved())
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(report, ProcessReportJson.Default.ProcessReport);
            if (bytes.Length <= MostBytes || report.Alerts.Count + report.SpendUsd.Count + report.Keys.Count == 0)
            {
                return bytes;
            }
        }
    }

    /// <summary>What a process said; null for what no process of this version says.</summary>
    public static ProcessReport? Of(ReadOnlySpan<byte> line)
    {
        try
        {
            // Processes of older versions tell of no keys.
            return JsonSerializer.Deserialize(line, ProcessReportJson.Default.ProcessReport) is { Checks: not null, Refusals: not null, SpendUsd: not null, Alerts: not null } report ? report with { Keys = report.Keys ?? [] } : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private ProcessReport Halved() => this with
    {
        Alerts = [.. Alerts.Take(Alerts.Count / 2)],
        SpendUsd = SpendUsd.OrderByDescending(static spend => spend.Value).Take(SpendUsd.Count / 2).ToDictionary(StringComparer.Ordinal),
        Keys = [.. Keys.Take(Keys.Count / 2)],
    };
}

/// <summary>How reports are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ProcessReport))]
[JsonSerializable(typeof(TrafficReport))]
[JsonSerializable(typeof(Acknowledgement))]
internal sealed partial class ProcessReportJson : JsonSerializerContext;
