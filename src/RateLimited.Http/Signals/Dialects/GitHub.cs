namespace RateLimited.Http.Signals.Dialects;

/// <summary>GitHub: one limit per resource, an epoch; a 403 is a limit only where more says so.</summary>
internal static class GitHub
{
    public static HeaderDialect Dialect { get; } = new("github")
    {
        Rules =
        [
            new(HeaderField.Limit, "x-ratelimit-limit") { Limit = "core" },
            new(HeaderField.Remaining, "x-ratelimit-remaining") { Limit = "core" },
            new(HeaderField.Used, "x-ratelimit-used") { Limit = "core" },
            new(HeaderField.Reset, "x-ratelimit-reset", ValueFormat.EpochSeconds) { Limit = "core" },
            new(HeaderField.LimitName, "x-ratelimit-resource") { Limit = "core" },
        ],
    };
}
