namespace RateLimited.Http.Telemetry;

/// <summary>What came of one attempt. Each value is a tag of <c>rate_limit.attempt.duration</c>.</summary>
internal enum AttemptResult
{
    /// <summary>A response with a status below 400.</summary>
    Success,

    /// <summary>A response that says that the request was at fault.</summary>
    ClientError,

    /// <summary>A response with status 429.</summary>
    Limited,

    /// <summary>A response that says that the upstream was at fault.</summary>
    ServerError,

    /// <summary>No response: it could not be sent, the connection broke, or it took too long.</summary>
    Failed,

    /// <summary>No response, for its caller gave it up.</summary>
    GivenUp,
}
