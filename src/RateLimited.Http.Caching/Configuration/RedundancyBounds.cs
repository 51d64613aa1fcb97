using RateLimited.Http.Configuration;

namespace RateLimited.Http.Caching.Configuration;

/// <summary>The range of every option.</summary>
internal static class RedundancyBounds
{
    public const int MaxSecretParameters = 64;
    public const int MaxParameterLength = 128;

    public static readonly NumberRange Fingerprints = new(100, 1_000_000, "a whole number from 100 to 1000000 as the requests that are remembered");
    public static readonly NumberRange MaxBody = new(0, 1024 * 1024, "a whole number from 0 to 1048576 as the bytes of a body");
}
