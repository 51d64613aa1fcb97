namespace RateLimited.Http.Dashboard.Traffic;

/// <summary>Whose a service's requests were lately and which it refused, as they stand in the JSON: docs/dashboard.md says what each field means.</summary>
internal sealed record TrafficReading(string Service, SharesReading Tenants, SharesReading Endpoints, IReadOnlyList<RefusalReading> Refusals);

/// <summary>Names by their share of the requests since a moment, and all others together.</summary>
internal sealed record SharesReading(DateTimeOffset Since, IReadOnlyList<ShareReading> Top, ShareReading Rest);

/// <summary>What fell to one name; null to those of whom nobody gave one, or to all that are not shown.</summary>
internal sealed record ShareReading(string? Name, long Admitted, long Refused, double Share);

/// <summary>One request that was refused.</summary>
internal sealed record RefusalReading(DateTimeOffset At, string Reason, string? Limit, string? Endpoint, string? Tenant, string? Key, string Priority);
