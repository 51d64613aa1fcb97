namespace RateLimited.Http.Dashboard.Traffic;

/// <summary>Whose a service's requests were lately and which it refused, as they stand in the JSON: docs/dashboard.md says what each field means.</summary>
internal sealed record TrafficReading(string Service, int Processes, SharesReading Tenants, SharesReading Endpoints, IReadOnlyList<TrafficRefusal> Refusals)
{
    /// <summary>The same of all processes that share the service's limits; null where none does, or none has told yet.</summary>
    public TrafficReading? Fleet { get; init; }

    /// <param name="traffic">Of one process, or of several.</param>
    /// <param name="tenantOf">What is shown for a tenant's name.</param>
    public static TrafficReading Of(ServiceTraffic traffic, Func<string, string> tenantOf) => new(
        traffic.Service,
        traffic.Processes,
        SharesReading.Of(traffic.Tenants, tenantOf),
        SharesReading.Of(traffic.Endpoints, static endpoint => endpoint),
        [.. traffic.Refusals.Select(refusal => refusal with { Tenant = refusal.Tenant is { } tenant ? tenantOf(tenant) : null })]);
}

/// <summary>Names by their share of the requests since a moment, and all others together. A name may have had so many more requests as are missed.</summary>
internal sealed record SharesReading(DateTimeOffset Since, IReadOnlyList<ShareReading> Top, ShareReading Rest, long Missed)
{
    public static SharesReading Of(TrafficShares shares, Func<string, string> nameOf)
    {
        var all = shares.Admitted + shares.Refused;
        return new SharesReading(
            shares.Since,
            [.. shares.Top.Select(share => Share(share.Name is { } name ? nameOf(name) : null, share.Admitted, share.Refused))],
            Share(name: null, shares.Admitted - shares.Top.Sum(static share => share.Admitted), shares.Refused - shares.Top.Sum(static share => share.Refused)),
            shares.Missed);

        ShareReading Share(string? name, long went, long stayed) => new(name, went, stayed, all == 0 ? 0 : (went + stayed) / (double)all);
    }
}

/// <summary>What fell to one name; null to those of whom nobody gave one, or to all that are not shown.</summary>
internal sealed record ShareReading(string? Name, long Admitted, long Refused, double Share);
