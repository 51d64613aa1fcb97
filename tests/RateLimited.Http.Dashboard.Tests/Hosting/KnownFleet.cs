using System.Collections.Concurrent;

namespace RateLimited.Http.Dashboard.Tests.Hosting;

/// <summary>A fleet of which whoever tests says how it is. Nothing has been heard of it at first.</summary>
internal sealed class KnownFleet : IFleetBook
{
    private volatile FleetStatus _status = Of("api") with { At = null, Processes = 0 };

    /// <summary>What all processes were told of alerts; where <see cref="IsReachable"/> is false nobody is.</summary>
    public ConcurrentQueue<(string Id, string? By)> Acknowledged { get; } = new();

    public bool IsReachable { get; set; } = true;

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
        Keys =
        [
            new FleetKey
            {
                Name = WatchedProgram.Hostile,
                States = new Dictionary<string, int>(StringComparer.Ordinal) { ["active"] = 2, ["error"] = 1 },
                Headroom = 0.25,
                InFlight = 1,
                Requests = 5_678,
                Moved = 0,
            },
        ],
    };

    /// <summary>Whose its requests were: of a tenant of a hostile name, to an endpoint of one.</summary>
    public static ServiceTraffic Traffic { get; } = new()
    {
        Service = "api",
        Processes = 3,
        Tenants = Shares,
        Endpoints = Shares,
        Refusals = [new TrafficRefusal { At = DateTimeOffset.UnixEpoch, Reason = "timeout", Tenant = WatchedProgram.Hostile, Endpoint = WatchedProgram.Hostile, Priority = "high" }],
    };

    private static TrafficShares Shares => new() { Since = DateTimeOffset.UnixEpoch, Admitted = 3_456, Refused = 10, Top = [new(WatchedProgram.Hostile, 3_000, 6)], Missed = 17 };

    FleetStatus? IFleetBook.Of(string service) => string.Equals(service, "api", StringComparison.Ordinal) ? _status : null;

    ServiceTraffic? IFleetBook.TrafficOf(string service) => string.Equals(service, "api", StringComparison.Ordinal) && _status is { At: not null, Fault: null } ? Traffic : null;

    Task<bool> IFleetBook.AcknowledgeAsync(string service, string id, string? by, CancellationToken cancellationToken)
    {
        if (IsReachable)
        {
            Acknowledged.Enqueue((id, by));
        }

        return Task.FromResult(IsReachable);
    }
}
