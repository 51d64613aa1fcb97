using System.Text.Json.Serialization;

namespace RateLimited.Http.Alerts.Sinks;

/// <summary>What PagerDuty's Events API v2 takes (developer.pagerduty.com/docs/send-alert-event). Not a record: it holds a secret, and a record would print it.</summary>
internal sealed class PagerDutyEvent
{
    [JsonPropertyName("routing_key")]
    public required string RoutingKey { get; init; }

    [JsonPropertyName("event_action")]
    public required string Action { get; init; }

    [JsonPropertyName("dedup_key")]
    public required string DedupKey { get; init; }

    [JsonPropertyName("payload")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PagerDutyPayload? Payload { get; init; }
}

/// <summary>What an incident says.</summary>
internal sealed record PagerDutyPayload(
    [property: JsonPropertyName("summary")] string Summary,
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("severity")] string Severity,
    [property: JsonPropertyName("timestamp")] DateTimeOffset Timestamp,
    [property: JsonPropertyName("component")] string? Component,
    [property: JsonPropertyName("group")] string? Group,
    [property: JsonPropertyName("class")] string Class);
