namespace RateLimited.Http.Configuration;

/// <summary>What a header tells of limits. In configuration these are the keys of <c>Dialect</c>.</summary>
public enum DialectField
{
    /// <summary>The quota; a list with windows (<c>100, 100;w=60</c>) announces several limits.</summary>
    Limit,

    /// <summary>What is left of the quota.</summary>
    Remaining,

    /// <summary>What was used of the quota.</summary>
    Used,

    /// <summary>Used and quota in one: <c>32/40</c>, <c>api-usage=18/5000</c>.</summary>
    UsedOfLimit,

    /// <summary>When the limit resets.</summary>
    Reset,

    /// <summary>The same, where an upstream says it twice and this one is more exact.</summary>
    ResetAfter,

    /// <summary>How long the limit's window is.</summary>
    WindowLength,

    /// <summary>How much a bucket gains every interval.</summary>
    Refill,

    /// <summary>The interval of <see cref="Refill"/>.</summary>
    RefillInterval,

    /// <summary>The name of the limit that the other headers speak of.</summary>
    LimitName,

    /// <summary>The name of what the request is counted in.</summary>
    Bucket,

    /// <summary>Whom a refusal concerns: <c>user</c>, <c>shared</c>, <c>global</c>.</summary>
    Scope,

    /// <summary>Whether a refusal concerns everything: <c>true</c>.</summary>
    Global,

    /// <summary>Why a request was refused, in a word.</summary>
    Reason,

    /// <summary>Whether the limit is near: <c>true</c>.</summary>
    NearLimit,

    /// <summary>Whether quota is reduced as a penalty: <c>true</c>.</summary>
    Penalty,

    /// <summary>Whether to retry: <c>true</c> or <c>false</c>.</summary>
    ShouldRetry,

    /// <summary>What the request cost.</summary>
    Cost,

    /// <summary>The part of the limit in use as a fraction: <c>0.8</c>.</summary>
    Load,

    /// <summary>An error code.</summary>
    ErrorCode,

    /// <summary>The IETF drafts' <c>RateLimit-Policy</c>, of any generation.</summary>
    Policies,

    /// <summary>The IETF drafts' <c>RateLimit</c>, of any generation.</summary>
    Items,

    /// <summary>How long to wait before the next request. <c>Retry-After</c> is always read; this is for one by another name.</summary>
    RetryAfter,

    /// <summary>The same in milliseconds, which counts before the other. <c>retry-after-ms</c> is always read.</summary>
    RetryAfterMilliseconds,

    /// <summary>The same by Azure's name, which counts between them. <c>x-ms-retry-after-ms</c> is always read.</summary>
    AzureRetryAfterMilliseconds,

    /// <summary>The upstream's clock. <c>Date</c> is always read.</summary>
    Date,
}
