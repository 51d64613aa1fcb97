using System.Text.Json;
using System.Text.Json.Serialization;

namespace RateLimited.Http.Redis.Watching;

/// <summary>What one process says of a service: docs/redis.md has the fields. What comes from others is as they wrote it: take no number and no text for what it should be.</summary>
internal sealed record ProcessReport
{
    public IReadOnlyDictionary<string, double> Checks { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, double> Refusals { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    public double Unexpected429 { get; init; }

    public IReadOnlyDictionary<string, double> SpendUsd { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    public double InFlight { get; init; }

    public double Waiting { get; init; }

    public IReadOnlyList<Alert> Alerts { get; init; } = [];

    /// <summary>On one line: JSON escapes whatever would end it.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, ProcessReportJson.Default.ProcessReport);

    /// <summary>What a process said; null for what no process of this version says.</summary>
    public static ProcessReport? Of(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ProcessReportJson.Default.ProcessReport) is { Checks: not null, Refusals: not null, SpendUsd: not null, Alerts: not null } report ? report : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>How reports are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ProcessReport))]
internal sealed partial class ProcessReportJson : JsonSerializerContext;
