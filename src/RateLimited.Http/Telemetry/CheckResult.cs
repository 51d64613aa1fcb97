namespace RateLimited.Http.Telemetry;

/// <summary>What became of one request at the limits. Each value is a tag of <c>rate_limit.checks</c>.</summary>
internal enum CheckResult
{
    /// <summary>It went at once.</summary>
    Admitted,

    /// <summary>It stood in line and went.</summary>
    Waited,

    /// <summary>It did not go.</summary>
    Refused,

    /// <summary>It went at once, and would have waited or been refused if limits were enforced.</summary>
    DryRun,

    /// <summary>It asked not to be limited.</summary>
    Bypassed,
}
