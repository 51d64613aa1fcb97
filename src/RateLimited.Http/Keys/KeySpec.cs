namespace RateLimited.Http.Keys;

/// <summary>A key as configured at one moment.</summary>
/// <param name="Name">What it is called; null for one that gets a number.</param>
/// <param name="Secret">The key.</param>
/// <param name="Weight">Its share, where shares count.</param>
/// <param name="Group">Whose quota it draws on; null for one of its own.</param>
/// <param name="Origin">Where it belongs; null for the origin of the client's base address.</param>
internal sealed record KeySpec(string? Name, ApiKey Secret, int Weight, string? Group, KeyOrigin? Origin);
