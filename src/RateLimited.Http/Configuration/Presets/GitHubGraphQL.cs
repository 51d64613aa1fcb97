namespace RateLimited.Http.Configuration.Presets;

/// <summary>GitHub's GraphQL API: points for each query by what it may return. Figures: github/docs, and recorded traffic.</summary>
internal static class GitHubGraphQL
{
    private static readonly Source Docs = Source.Docs("github/docs, rate limits for the GraphQL API");

    public static Preset Preset { get; } = new("github-graphql")
    {
        Title = "GitHub, GraphQL",
        Dialect = "github-graphql",
        Key = PresetKey.Bearer,
        Counts = "Windows of an hour that begin with the first request; behind them limits that no header shows.",
        CountsSource = Source.Traffic("PyGithub and octokit.rb"),
        Forbidden = "A limit if it has a Retry-After, if nothing remains, or if its message is that of the secondary limit; else the token may not do this.",
        Notes =
        [
            "A query costs one point at least. What it costs beyond that depends on what it may return: say so with `WithCost(\"points\", …)`.",
            "A mutation costs five secondary points: say so with `WithCost(\"secondary-points\", 5)`.",
            "Refusals come with status 200 too, as an error of type `RATE_LIMITED`.",
        ],
        Tiers =
        [
            new((string?)null)
            {
                Limits =
                [
                    new("5000 points/hour fixed announced", Docs) { Name = "graphql" },
                    new("100 concurrent", Docs),
                    new("2000 secondary-points/minute", Docs),
                ],
                Endpoints = [PresetEndpoint.Costing("POST /graphql", Docs, new("points", 1), new("secondary-points", 1))],
            },
        ],
    };
}
