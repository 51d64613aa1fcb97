namespace RateLimited.Http.Caching;

/// <summary>What a cache would have saved whose answers live for some time. Of GET alone, and not of answers that forbid to be kept.</summary>
/// <param name="Lifetime">For how long answers live.</param>
/// <param name="Share">Which share of all requests it would have answered, 0 to 1.</param>
/// <param name="Requests">How many requests.</param>
/// <param name="Units">What these cost of each unit, as estimated before they were sent; <c>usd</c> among them where the service's costs know money.</param>
/// <param name="Time">For how long their callers waited for them, in line and for the upstream.</param>
public sealed record CacheSaving(TimeSpan Lifetime, double Share, double Requests, IReadOnlyDictionary<string, double> Units, TimeSpan Time);
