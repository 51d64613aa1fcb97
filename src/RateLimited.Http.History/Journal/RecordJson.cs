using System.Text.Json;
using System.Text.Json.Serialization;

namespace RateLimited.Http.History.Journal;

/// <summary>How a record is written: JSON, so that a journal can be read without this package, and by a later one.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(HistoryRecord))]
internal sealed partial class RecordJson : JsonSerializerContext
{
    public static byte[] Write(HistoryRecord record) => JsonSerializer.SerializeToUtf8Bytes(record, Default.HistoryRecord);

    /// <summary>The record; null where a later version wrote what this one does not know.</summary>
    public static HistoryRecord? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Default.HistoryRecord);
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}
