namespace RateLimited.Http.Dashboard.Tests.Hosting;

/// <summary>A fleet of which whoever tests says how it is. Nothing has been heard of it at first.</summary>
internal sealed class KnownFleet : IFleetBook
{
    private volatile FleetStatus _status = Of("api") with { At = null, Processes = 0 };

    public FleetStatus Status
    {
        get => _status;
        set => _status = value;
    }

    public static FleetStatus Of(string service) => new()
    {
        Service = service,
        At = DateTimeOffset.UnixEpoch,
        Fault = null,
        Processes = 3,
        Checks = new Dictionary<string, long>(StringComparer.Ordinal) { ["admitted"] = 1_234 },
        Refusals = new Dictionary<string, long>(StringComparer.Ordinal) { ["timeout"] = 2 },
        Unexpected429 = 7,
        SpendUsd = new Dictionary<string, double>(StringComparer.Ordinal) { ["gpt"] = 0.5 },
        InFlight = 5,
        Waiting = 6,
        Alerts =
        [
            new Alert
            {
                Id = "other-1",
                Rule = "UsageHigh",
                Severity = AlertSeverity.Warning,
                Service = service,
                Subject = null,
                Summary = WatchedProgram.Hostile,
                Value = 90,
                BeganAt = DateTimeOffset.UnixEpoch,
                FiredAt = DateTimeOffset.UnixEpoch,
            },
        ],
    };

    FleetStatus? IFleetBook.Of(string service) => string.Equals(service, "api", StringComparison.Ordinal) ? _status : null;
}
