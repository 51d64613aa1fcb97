using System.Diagnostics.Metrics;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Alerts.Delivery;

/// <summary>Counts what became of notices, on the meter of the core's name. What listeners throw is swallowed.</summary>
internal static class DeliveryCounter
{
    public const string Delivered = "delivered";
    public const string Failed = "failed";
    public const string Dropped = "dropped";

    private static readonly Counter<long> Notices =
        RateLimitingInstruments.SharedMeter.CreateCounter<long>("rate_limit.alert.notices", "{notice}", "Notices of alerts by sink: delivered, failed and tried again, or dropped.");

    public static void Add(string sink, string result) => Quietly.Say(() => Notices.Add(1, new("sink", sink), new("result", result)));
}
