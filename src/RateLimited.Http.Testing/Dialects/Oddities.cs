namespace RateLimited.Http.Testing.Dialects;

/// <summary>What real upstreams were recorded doing, against expectation. Several can be on at once.</summary>
[Flags]
public enum Oddities
{
    /// <summary>Nothing odd.</summary>
    None = 0,

    /// <summary>Successes carry a <c>Retry-After</c> that means nothing: 30 of Anthropic's, 13 of 16 of Hugging Face's router.</summary>
    RetryAfterOnSuccess = 1,

    /// <summary>Refusals carry no <c>Retry-After</c>: Okta's, Anthropic's of 2024.</summary>
    NoRetryAfter = 2,

    /// <summary>Refusals say <c>Retry-After: 0</c>: Spotify's.</summary>
    ZeroRetryAfter = 4,

    /// <summary><c>Retry-After</c> is a date, as HTTP allows.</summary>
    DatedRetryAfter = 8,

    /// <summary>Resets that are written as dates lie two seconds in the past of where they should: 155 of 281 of Anthropic's lay before <c>Date</c>.</summary>
    ResetInThePast = 16,

    /// <summary>Failures, refusals included, carry no headers of limits: Scaleway's, OpenAI's of an unpaid bill.</summary>
    NoHeadersOnErrors = 32,

    /// <summary>No response carries headers of limits, as from a cache: Reddit's by its CDN, HubSpot's at times.</summary>
    NoHeaders = 64,

    /// <summary>Limits and what remains of them are −1, resets 0: Azure's.</summary>
    Sentinels = 128,

    /// <summary>The zone of <c>Date</c> is written <c>UTC</c> instead of <c>GMT</c>: X's.</summary>
    UtcDate = 256,
}
