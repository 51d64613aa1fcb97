namespace RateLimited.Http.Pipeline;

/// <summary>Whether doing twice what a request asks does no harm.</summary>
internal static class Repeatability
{
    private const string KeyHeader = "Idempotency-Key";

    /// <summary>What was said of the request; else whether it carries a key by which the upstream knows it again; else what its method promises (RFC 9110, section 9.2.2).</summary>
    public static bool Of(HttpRequestMessage request) => request.RateLimiting()?.Repeatable ?? (IsIdempotent(request.Method) || request.Headers.Contains(KeyHeader));

    private static bool IsIdempotent(HttpMethod method) => method.Method is "GET" or "HEAD" or "PUT" or "DELETE" or "OPTIONS" or "TRACE" or "QUERY";
}
