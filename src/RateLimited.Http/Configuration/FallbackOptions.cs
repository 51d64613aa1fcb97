namespace RateLimited.Http.Configuration;

/// <summary>
/// What stands in for a response when nothing else could be done, in this order: the answer of another client, the last good response, the program's own. What has none leaves it to the next; at last
/// the failure is the caller's. Default: nothing.
/// </summary>
public sealed class FallbackOptions
{
    /// <summary>
    /// The name of an HttpClient that is asked instead: at its base address, with its headers and limits, and without any header of the request that may be a key. In configuration,
    /// <c>"Fallback": "backup"</c> sets it alone. Default: null, none.
    /// </summary>
    public string? Client { get; set; }

    /// <summary>
    /// How old the last good response to the same GET may be that is given again, 1 s to 31 days. At most 1 000 are kept, of up to 256 KB each, in memory; none that says <c>no-store</c>. It has an
    /// <c>Age</c> and a <c>Cache-Status</c> that says <c>stale</c>. Default: null, none are kept.
    /// </summary>
    public TimeSpan? StaleFor { get; set; }

    /// <summary>When something stands in. Default, while the list is empty: always.</summary>
    public IList<FallbackCause> Causes { get; } = [];

    /// <summary>
    /// The program's own answer: a response, or null to have none. Set in code. It is called concurrently, for callers that do not block; what it throws is the caller's. Default: null, none.
    /// </summary>
    public Func<HttpRequestMessage, FallbackCause, CancellationToken, ValueTask<HttpResponseMessage?>>? Respond { get; set; }
}
