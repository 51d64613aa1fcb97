using System.Text.Json;
using System.Text.Json.Serialization;

namespace RateLimited.Http.History.Reports;

/// <summary>A report as one JSON document. Whatever could end a script or a tag is escaped, though nothing but JSON is ever made of it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(HistoryReport))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    public static string Write(HistoryReport report) => JsonSerializer.Serialize(report, Default.HistoryReport);
}
