namespace RateLimited.Http.Signals;

/// <summary>What a header tells.</summary>
internal enum HeaderField
{
    /// <summary>The quota; a list with windows (<c>100, 100;w=60</c>) announces policies too.</summary>
    Limit,

    /// <summary>What is left of it.</summary>
    Remaining,

    /// <summary>What was used of it.</summary>
    Used,

    /// <summary>Used and quota in one: <c>32/40</c>, <c>api-usage=18/5000</c>.</summary>
    UsedOfLimit,

    /// <summary>When it resets.</summary>
    Reset,

    /// <summary>The same, where a dialect says it twice and this one is exact.</summary>
    ResetAfter,

    /// <summary>How long its window is.</summary>
    Window,

    /// <summary>How much a bucket gains every interval.</summary>
    Refill,

    /// <summary>The interval of that.</summary>
    RefillInterval,

    /// <summary>The name of the limit that the other headers speak of.</summary>
    LimitName,

    /// <summary>The name of what the request is counted in.</summary>
    Bucket,

    /// <summary>Whom a refusal concerns.</summary>
    Scope,

    /// <summary>Whether it concerns everything.</summary>
    Global,

    /// <summary>Why it was refused.</summary>
    Reason,

    /// <summary>Whether the limit is near.</summary>
    NearLimit,

    /// <summary>Whether quota is reduced as a penalty.</summary>
    Penalty,

    /// <summary>Whether to retry.</summary>
    ShouldRetry,

    /// <summary>What the request cost.</summary>
    Cost,

    /// <summary>The part of the limit in use, as a fraction.</summary>
    Load,

    /// <summary>An error code.</summary>
    ErrorCode,

    /// <summary>The IETF drafts' <c>RateLimit-Policy</c>, of any generation.</summary>
    Policies,

    /// <summary>The IETF drafts' <c>RateLimit</c>, of any generation.</summary>
    Items,

    /// <summary>How long to wait.</summary>
    RetryAfter,

    /// <summary>The same in milliseconds, which counts before the other.</summary>
    RetryAfterMilliseconds,

    /// <summary>The same by Azure's name, which counts between them.</summary>
    AzureRetryAfterMilliseconds,

    /// <summary>The upstream's clock.</summary>
    Date,
}
