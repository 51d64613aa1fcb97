namespace RateLimited.Http.Signals.Dialects;

/// <summary>GitHub's GraphQL: the same, and refusals with status 200.</summary>
internal static class GitHubGraphQL
{
    public static HeaderDialect Dialect { get; } = new("github-graphql")
    {
        Rules =
        [
            new(HeaderField.Limit, "x-ratelimit-limit") { Limit = "graphql" },
            new(HeaderField.Remaining, "x-ratelimit-remaining") { Limit = "graphql" },
            new(HeaderField.Used, "x-ratelimit-used") { Limit = "graphql" },
            new(HeaderField.Reset, "x-ratelimit-reset", ValueFormat.EpochSeconds) { Limit = "graphql" },
            new(HeaderField.LimitName, "x-ratelimit-resource") { Limit = "graphql" },
        ],
        RefusesWithSuccess = true,
    };
}
