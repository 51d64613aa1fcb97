using System.Collections.Immutable;

namespace RateLimited.Http.Configuration.Presets;

/// <summary>
/// GitHub's REST API. Figures: github/docs, and traffic that PyGithub and octokit recorded. Each resource (core, search, code search) is counted apart, so that a search costs no core request:
/// units tell them apart, since all share the points and the concurrency.
/// </summary>
internal static class GitHub
{
    private static readonly Source Docs = Source.Docs("github/docs, rate limits for the REST API");
    private static readonly Source Traffic = Source.Traffic("PyGithub and octokit.rb, some 1 600 responses with the headers");

    private static readonly Source Creating = Source.Unverified("which endpoints create content is a reading of github/docs, not a list of its own");

    private static readonly UnitCost OnePoint = new("points", 1);
    private static readonly UnitCost FivePoints = new("points", 5);
    private static readonly UnitCost NoRequest = new(UnitCost.Requests, 0);
    private static readonly UnitCost Content = new("content", 1);

    private static readonly ImmutableArray<PresetLimit> Secondary =
    [
        new("100 concurrent", Docs),
        new("900 points/minute", Docs),
        new("80 content/minute", Docs),
        new("500 content/hour", Docs),
    ];

    private static readonly ImmutableArray<PresetEndpoint> Endpoints =
    [
        PresetEndpoint.Costing("GET /*", Docs, OnePoint),
        PresetEndpoint.Costing("HEAD /*", Docs, OnePoint),
        PresetEndpoint.Costing("OPTIONS /*", Docs, OnePoint),
        PresetEndpoint.Costing("POST /*", Docs, FivePoints),
        PresetEndpoint.Costing("PUT /*", Docs, FivePoints),
        PresetEndpoint.Costing("PATCH /*", Docs, FivePoints),
        PresetEndpoint.Costing("DELETE /*", Docs, FivePoints),
        new("GET /search/*")
        {
            Limits = [new("30 searches/minute fixed announced", Traffic) { Name = "search" }],
            Costs = [NoRequest, new("searches", 1)],
            CostSource = Traffic,
        },
        new("GET /search/code")
        {
            Limits = [new("10 code-searches/minute fixed announced", Traffic) { Name = "code_search" }],
            Costs = [NoRequest, new("searches", 0), new("code-searches", 1)],
            CostSource = Traffic,
        },
        PresetEndpoint.Costing("GET /rate_limit", Docs, NoRequest),
        PresetEndpoint.Costing("POST /repos/{owner}/{repo}/issues", Creating, Content),
        PresetEndpoint.Costing("POST /repos/{owner}/{repo}/issues/{number}/comments", Creating, Content),
        PresetEndpoint.Costing("POST /repos/{owner}/{repo}/pulls", Creating, Content),
        PresetEndpoint.Costing("POST /repos/{owner}/{repo}/pulls/{number}/comments", Creating, Content),
        PresetEndpoint.Costing("POST /repos/{owner}/{repo}/pulls/{number}/reviews", Creating, Content),
        PresetEndpoint.Costing("POST /repos/{owner}/{repo}/commits/{ref}/comments", Creating, Content),
        PresetEndpoint.Costing("POST /repos/{owner}/{repo}/releases", Creating, Content),
        PresetEndpoint.Costing("POST /gists", Creating, Content),
    ];

    public static Preset Preset { get; } = new("github")
    {
        Title = "GitHub, REST",
        Dialect = "github",
        Key = PresetKey.Bearer,
        Counts = "Windows of an hour (of a minute for search) that begin with the first request, per resource; behind them limits that no header shows.",
        CountsSource = Traffic,
        Forbidden = "A limit if it has a Retry-After, if nothing remains, or if its message is that of the secondary limit; else the token may not do this.",
        Notes =
        [
            "GraphQL has a preset of its own, `github-graphql`: call it by a client of its own.",
            "Also limited, and not modelled: 90 s of processor time in 60 s.",
            "An installation has 5 000, and 50 more for each repository and each user above 20, 12 500 at most: its headers tell, and `TrustUpstream` takes their word.",
            "What creates content is charged where the template says so; other such endpoints can be given `\"Costs\": { \"content\": 1 }`.",
        ],
        Tiers =
        [
            new("user") { For = "a user's token", Limits = [Core("5000/hour fixed announced"), .. Secondary], Endpoints = Endpoints },
            new("installation") { For = "an app's installation", Limits = [Core("5000/hour fixed announced"), .. Secondary], Endpoints = Endpoints },
            new("enterprise") { For = "an app of an Enterprise Cloud organisation", Limits = [Core("15000/hour fixed announced"), .. Secondary], Endpoints = Endpoints },
            new("actions") { For = "GITHUB_TOKEN, for each repository", Limits = [Core("1000/hour fixed announced"), .. Secondary], Endpoints = Endpoints },
            new("unauthenticated") { For = "an address without a token", Limits = [Core("60/hour fixed announced"), .. Secondary], Endpoints = Endpoints },
        ],
    };

    private static PresetLimit Core(string limit) => new(limit, Docs) { Name = "core" };
}
