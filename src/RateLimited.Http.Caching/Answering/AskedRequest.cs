using RateLimited.Http.Caching.Rules;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Caching.Answering;

/// <summary>What a request asks of a cache. Read before it is sent: handlers further in may change it.</summary>
internal sealed class AskedRequest
{
    private static readonly string[] OnlyForUpstream = ["Range", "If-Range", "If-Match", "If-Unmodified-Since"];

    public required CacheDirectives Directives { get; init; }

    /// <summary>Whether the caller keeps an answer itself and asks whether it still holds.</summary>
    public bool HasConditions => NoneMatch.Length > 0 || ModifiedSince is not null;

    public required string[] NoneMatch { get; init; }

    public required string? ModifiedSince { get; init; }

    /// <summary>Reads a request; null for one that no kept answer can be for.</summary>
    public static AskedRequest? Read(HttpRequestMessage request)
    {
        if ((request.Method != HttpMethod.Get && request.Method != HttpMethod.Head) || request.Content is not null || HealthProber.IsProbe(request)
            || Array.Exists(OnlyForUpstream, request.Headers.NonValidated.Contains))
        {
            return null;
        }

        var directives = CacheDirectives.Read(Lines(request, "Cache-Control"));
        var asksAnew = !request.Headers.NonValidated.Contains("Cache-Control") && Array.Exists(Lines(request, "Pragma"), static line => line.Contains("no-cache", StringComparison.OrdinalIgnoreCase));
        return new AskedRequest
        {
            Directives = asksAnew ? directives with { NoCache = true } : directives,
            NoneMatch = Lines(request, "If-None-Match"),
            ModifiedSince = Lines(request, "If-Modified-Since").FirstOrDefault(),
        };
    }

    /// <summary>Whether a request may change what is at its address. What is not known to be safe may. RFC 9111, section 4.4.</summary>
    public static bool MayChange(HttpMethod method) => method.Method.ToUpperInvariant() is not ("GET" or "HEAD" or "OPTIONS" or "TRACE" or "QUERY" or "PROPFIND" or "REPORT" or "SEARCH");

    /// <summary>Whether an answer is the one that the caller has. RFC 9110, section 13.2.2.</summary>
    public bool IsHeldBy(ResponseFacts facts)
    {
        if (NoneMatch.Length > 0)
        {
            return facts.ETag is { } tag && EntityTags.Names(NoneMatch, tag);
        }

        return ModifiedSince is { } since && facts.LastModified is { } modified && Signals.Values.Dates.TryTicks(since, out var ticks) && modified <= ticks;
    }

    private static string[] Lines(HttpRequestMessage request, string name) => request.Headers.NonValidated.TryGetValues(name, out var values) ? [.. values] : [];
}
