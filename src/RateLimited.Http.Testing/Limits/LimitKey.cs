namespace RateLimited.Http.Testing.Limits;

/// <summary>For whom a limit counts: what it does not count separately by is null.</summary>
internal readonly record struct LimitKey(string? Organisation, string? Key, string? Endpoint, string? Name);
