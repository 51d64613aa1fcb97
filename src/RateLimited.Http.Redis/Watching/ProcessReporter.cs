using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Admission;
using RateLimited.Http.Configuration;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Telemetry.Traffic;

namespace RateLimited.Http.Redis.Watching;

/// <summary>Says how a service is in this process, in bounded room. Thread-safe.</summary>
internal sealed class ProcessReporter(IServiceProvider services, UsageCounts counts, TrafficBook traffic, TrafficSeal? seal)
{
    /// <summary>How many bytes all processes of a service together may tell of traffic in; each its share, within the two bounds below.</summary>
    private const int RoomOfAll = 2 * 1024 * 1024;

    private const int MostRoom = 16 * 1024;
    private const int LeastRoom = 2 * 1024;

    /// <summary>Nobody needs a longer name to be told by.</summary>
    private const int LongestName = 300;

    /// <summary>Whether anything has been counted of a service.</summary>
    public bool HasCounted(string service) => counts.Checks.Of(service).Count > 0;

    /// <summary>Lets time pass.</summary>
    /// <param name="configured">The services that are configured.</param>
    public void Turn(IEnumerable<string> configured) => traffic.Turn(configured);

    /// <param name="service">The service's name.</param>
    /// <param name="limiter">Its limits.</param>
    /// <param name="processes">How many processes say something of it; null where that is not known yet.</param>
    public ProcessReport Report(string service, ServiceLimiter limiter, int? processes)
    {
        var report = new ProcessReport
        {
            Checks = counts.Checks.Of(service),
            Refusals = counts.Refusals.Of(service),
            Unexpected429 = counts.Unexpected429.Of(service).Values.Sum(),
            SpendUsd = counts.Spend.Of(service).Where(static spend => spend.Key.Length <= LongestName).Take(FleetSum.MostModels).ToDictionary(StringComparer.Ordinal),
            InFlight = limiter.InFlight,
            Waiting = limiter.Waiting,
            Alerts = AlertsOf(service),
            Keys = limiter.Definition.Keys is null ? [] : [.. limiter.GetStatus().Keys.Take(KeyReport.Most).Select(ReportOf)],
        };
        var room = processes is { } many ? Math.Clamp(RoomOfAll / Math.Max(many, 1), LeastRoom, MostRoom) : LeastRoom;
        var told = TrafficReport.Of(traffic.Read(service, TrafficReport.Most, TrafficReport.Most));
        return seal is null
            ? report with { Traffic = told.Unnamed(limiter.Definition.Endpoints.Select(static endpoint => endpoint.Name).ToHashSet(StringComparer.Ordinal)).Within(room) }
            : report with { Sealed = seal.Close(service, told.Within(TrafficSeal.RoomIn(room)).ToBytes()) };
    }

    /// <summary>What a process says of traffic; null where it says nothing, or nothing that this one may read.</summary>
    public TrafficReport? TrafficIn(string service, ProcessReport report) =>
        seal is null ? report.Traffic : report.Sealed is { } closed && seal.Open(service, closed) is { } opened ? TrafficReport.Of(opened) : null;

    /// <summary>Notes that somebody knows of alerts, as far as this process has them.</summary>
    /// <returns>Whether it was news of any.</returns>
    public bool Acknowledge(string service, IReadOnlyCollection<Acknowledgement> acknowledged)
    {
        if (acknowledged.Count == 0 || services.GetService<IAlertBook>() is not { } book)
        {
            return false;
        }

        var open = book.Open.Where(alert => alert.AcknowledgedAt is null && string.Equals(alert.Service, service, StringComparison.OrdinalIgnoreCase)).Select(static alert => alert.Id).ToHashSet(StringComparer.Ordinal);
        var isNews = false;
        foreach (var known in acknowledged.Where(known => open.Contains(known.Id)))
        {
            isNews |= book.Acknowledge(known.Id, known.By);
        }

        return isNews;
    }

    private static KeyReport ReportOf(KeyStatus key) => new()
    {
        Name = key.Name,
        State = TagValues.KeyStates[(int)key.State],
        Headroom = key.Headroom,
        InFlight = key.InFlight,
        Requests = key.Requests,
        Moved = key.Moved,
    };

    /// <summary>The book is asked for only when it is needed: it may be made of what asks for this.</summary>
    private IReadOnlyList<Alert> AlertsOf(string service) => services.GetService<IAlertBook>() is not { } book ? [] :
    [
        .. book.Open.Concat(book.Past).Where(alert => string.Equals(alert.Service, service, StringComparison.OrdinalIgnoreCase)).Take(FleetSum.MostAlerts),
    ];
}
