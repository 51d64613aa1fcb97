using System.Collections.Frozen;

namespace RateLimited.Http.Pipeline;

/// <summary>What a request's headers tell of whose request it is.</summary>
internal static class RequestHeaderKinds
{
    /// <summary>A list of what is none, because nobody can list what is.</summary>
    private static readonly FrozenSet<string> NoKeys = new[]
    {
        "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Cache-Control", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since", "Pragma", "Range",
        "User-Agent",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> NewEachTime = new[]
    {
        "Date", "If-Modified-Since", "If-None-Match", "User-Agent", "traceparent", "tracestate", "baggage", "Request-Id", "Correlation-Context", "X-Request-Id", "X-Correlation-Id",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a header may be a key, a cookie or whatever else says who asks. Any that is not known to be none may.</summary>
    public static bool MayBeKey(string header) => !NoKeys.Contains(header);

    /// <summary>Whether a header changes with every request and says nothing of what is asked or by whom.</summary>
    public static bool IsNewEachTime(string header) => NewEachTime.Contains(header);
}
