namespace RateLimited.Http.Admission.Persistence;

/// <summary>A limit that is to be written, and where it stands.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Service">The service; empty where all share it.</param>
/// <param name="Group">The quota group of keys whose responses told of it; empty where none did.</param>
/// <param name="Endpoints">The endpoints whose responses told of it; none where it was configured.</param>
internal readonly record struct KeptEntry(BoundLimit Limit, string Service, string Group, IReadOnlyList<string> Endpoints)
{
    public KeptLimit Describe() => new(Service, Group, Limit.Scope, Limit.ScopeName, Limit.Definition, Endpoints);

    /// <summary>Everything of a service that is to be written. Only under the store's gate.</summary>
    public static IEnumerable<KeptEntry> Of(KeptService service) =>
    [
        .. service.Limits.Where(static limit => limit.Rule.OutlivesProcess && !limit.IsPace && limit.Rule is not (Limits.ReportedLimit or Limits.CoolDown)).Select(limit => new KeptEntry(limit, service.Name, string.Empty, [])),
        .. Told(service.Name, string.Empty, service.Reported),
        .. service.Quotas.All.SelectMany(quota => Told(service.Name, quota.Name, quota.Reported)),
    ];

    private static IEnumerable<KeptEntry> Told(string service, string group, ReportedLimits told) => told.Told.Select(each => new KeptEntry(each.Limit, service, group, each.Endpoints));
}
