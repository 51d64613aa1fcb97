using System.Text.Json.Serialization;

namespace RateLimited.Http.Alerts.Sinks;

/// <summary>How notices are written for others to read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AlertNotice))]
[JsonSerializable(typeof(SlackMessage))]
internal sealed partial class NoticeJson : JsonSerializerContext;
