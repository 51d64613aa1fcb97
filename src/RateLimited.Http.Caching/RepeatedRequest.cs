namespace RateLimited.Http.Caching;

/// <summary>A request that comes again and again.</summary>
/// <param name="Endpoint">Its method and the template of its endpoint as configured; <c>GET *</c> for one that none matches, for a path may hold anything.</param>
/// <param name="Fingerprint">Eight digits that tell it from others of its endpoint, as long as the program runs. Nothing can be read out of them.</param>
/// <param name="Requests">How often it certainly came.</param>
public sealed record RepeatedRequest(string Endpoint, string Fingerprint, long Requests);
