using System.Text.Json.Serialization;
using RateLimited.Http.Dashboard.Alerts;
using RateLimited.Http.Dashboard.Traffic;

namespace RateLimited.Http.Dashboard.Readings;

/// <summary>How readings are written. Whatever could end a script or a tag is escaped, though nothing but JSON is ever made of it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(DashboardReading))]
[JsonSerializable(typeof(ServiceReading))]
[JsonSerializable(typeof(HistoryReading))]
[JsonSerializable(typeof(AlertsReading))]
[JsonSerializable(typeof(TokenReading))]
[JsonSerializable(typeof(TrafficReading))]
internal sealed partial class ReadingJson : JsonSerializerContext;
