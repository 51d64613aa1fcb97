using System.Text.Json.Serialization;

namespace RateLimited.Http.Alerts.Sinks;

/// <summary>How events for PagerDuty are written.</summary>
[JsonSerializable(typeof(PagerDutyEvent))]
internal sealed partial class PagerDutyJson : JsonSerializerContext;
