namespace RateLimited.Http.Signals.Dialects;

/// <summary>Spotify: Retry-After alone, from nothing to half a day.</summary>
internal static class Spotify
{
    public static HeaderDialect Dialect { get; } = new("spotify");
}
