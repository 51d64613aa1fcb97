namespace RateLimited.Http.Caching;

/// <summary>
/// The private cache of a service's responses: the section <c>Cache</c> of the service. What it answers costs no quota. Who is given what is decided by RFC 9111, by the tenant and the partition of the request, and by every
/// header of it that may be a key. All of it is reloadable.
/// </summary>
public sealed class ResponseCacheOptions
{
    /// <summary>Whether there is a cache; in configuration, <c>"Cache": false</c> says so too. Default: true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// For how long answers are fresh that say nothing of it, neither <c>max-age</c> nor <c>Expires</c>: 1 s to 31 days. What the report on redundant requests suggests goes here. Default: null, not at all; they are asked for anew
    /// each time, by their <c>ETag</c> or <c>Last-Modified</c> if they have one.
    /// </summary>
    public TimeSpan? Lifetime { get; set; }

    /// <summary>
    /// Whether answers that say nothing of it but when they changed last are fresh for a tenth of the time since then, at most a day. <see cref="Lifetime"/> goes before it. Default: false.
    /// </summary>
    public bool Heuristic { get; set; }

    /// <summary>
    /// For how long beyond its freshness an answer is given rather than a refusal: the upstream's for too many requests, our own, and that of an open circuit. 0 s, for never, to 31 days. Answers with <c>must-revalidate</c> or
    /// <c>no-cache</c> are not. Default: 1 h.
    /// </summary>
    public TimeSpan StaleIfLimited { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long a request that has such an answer to fall back on stands in line: 0 s to 31 days. One that is known to wait longer gets the old answer at once. Default: null, as long as any request.
    /// </summary>
    public TimeSpan? StaleAfterWait { get; set; }

    /// <summary>
    /// For how long beyond its freshness an answer is given when the upstream fails, where neither it nor the request says so by <c>stale-if-error</c>: 0 s, for never, to 31 days. Default: 0 s.
    /// </summary>
    public TimeSpan StaleIfError { get; set; }

    /// <summary>
    /// Whether an old answer is given rather than a refusal or a failure although it forbids that by <c>must-revalidate</c> or <c>no-cache</c>. It breaks RFC 9111, section 4.2.4; nothing makes <c>no-store</c> be kept. Default: false.
    /// </summary>
    public bool IgnoreMustRevalidate { get; set; }

    /// <summary>
    /// How long a request waits for the answer to another that asks the same and is under way, 10 ms to 10 min: one goes to the upstream, and the others get its answer once it is whole, if it may be kept. Default: null, each asks for
    /// itself.
    /// </summary>
    public TimeSpan? Collapse { get; set; }

    /// <summary>
    /// Whether the upstream counts no request that it answers with 304, so that its quota is given back. Default: null, which is true for the preset <c>github</c> and false for all others.
    /// </summary>
    public bool? FreeValidation { get; set; }

    /// <summary>The largest body that is kept, 1024 to 67 108 864 bytes. Larger ones pass. Default: 1 048 576.</summary>
    public long MaxBody { get; set; } = 1024 * 1024;

    /// <summary>About how much of memory all answers may take, 65 536 to 4 294 967 296 bytes; those used the longest ago leave first. Default: 67 108 864.</summary>
    public long MaxBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How many answers are kept, 1 to 1 000 000. Default: 10 000.</summary>
    public int MaxEntries { get; set; } = 10_000;

    /// <summary>
    /// Headers of requests that say nothing of who asks, and are different each time, at most 64. Any other that is not known to be harmless may be a key, and its callers share no answers. Answers may still vary by them.
    /// </summary>
    public IList<string> IgnoredHeaders { get; } = [];

    /// <summary>
    /// The program's word on who asks, besides what the request says: requests for which it differs share no answer. For programs whose key pool holds keys that see different things. Set in code; called with each request,
    /// concurrently. Default: null.
    /// </summary>
    public Func<HttpRequestMessage, string?>? Identity { get; set; }
}
