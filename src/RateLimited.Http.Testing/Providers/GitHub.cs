using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>
/// GitHub: windows that begin with the first request, for each resource; behind them limits that no header shows, and whose refusals carry a <c>Retry-After</c> and nothing else. Primary
/// refusals are a 403 with nothing remaining.
/// </summary>
internal static class GitHub
{
    private const string Points = "points";
    private const string SecondaryPoints = "secondary-points";
    private const string Content = "content";
    private const string Secondary = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

    private static readonly TimeSpan SecondaryWait = FromMinutes(1);
    private static readonly string[] CodeSearches = ["GET /search/code"];
    private static readonly string[] Searches = ["GET /search/*"];

    public static Provider Rest { get; } = new("github")
    {
        Tiers = [Of("user", 5_000), Of("installation", 5_000), Of("enterprise", 15_000), Of("actions", 1_000), Of("unauthenticated", 60)],
        Costs =
        [
            new("GET /rate_limit", UnitCost.Requests, 0),
            new("GET /*", Points, 1), new("HEAD /*", Points, 1), new("OPTIONS /*", Points, 1), new("* /*", Points, 5),
            new("POST /repos/{owner}/{repo}/issues", Content, 1), new("POST /repos/{owner}/{repo}/issues/{number}/comments", Content, 1), new("POST /repos/{owner}/{repo}/pulls", Content, 1),
            new("POST /repos/{owner}/{repo}/pulls/{number}/comments", Content, 1), new("POST /repos/{owner}/{repo}/pulls/{number}/reviews", Content, 1),
            new("POST /repos/{owner}/{repo}/commits/{ref}/comments", Content, 1), new("POST /repos/{owner}/{repo}/releases", Content, 1), new("POST /gists", Content, 1),
        ],
        Headers = Lines,
        Refuse = static saying => saying.IsHidden
            ? new Refused(403, $$"""{"documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits","message":"{{Secondary}}"}""")
            : new Refused(403, """{"message":"API rate limit exceeded for user ID 1.","documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api"}"""),
    };

    public static Provider GraphQL { get; } = new("github-graphql")
    {
        Tiers =
        [
            new("",
            [
                UpstreamLimit.FixedWindow(5_000, FromHours(1), WindowAlignment.FirstUse) with { Name = "graphql" },
                Hidden(UpstreamLimit.Concurrency(100)),
                Hidden(UpstreamLimit.FixedWindow(2_000, FromMinutes(1), unit: SecondaryPoints)),
            ]),
        ],
        Costs = [new("POST /graphql", SecondaryPoints, 1)],
        Headers = Lines,
        Refuse = static saying => saying.IsHidden
            ? new Refused(403, $$"""{"documentation_url":"https://docs.github.com/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api#secondary-rate-limits","message":"{{Secondary}}"}""")
            : new Refused(200, """{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded for user ID 1."}]}"""),
        Answer = new Data(),
    };

    private static IReadOnlyList<HeaderLine> Lines =>
    [
        Shown("x-ratelimit-limit", Says.Limit), Shown("x-ratelimit-remaining", Says.Remaining), Shown("x-ratelimit-used", Says.Used), Shown("x-ratelimit-reset", Says.ResetAt(Written.EpochSeconds)),
        Shown("x-ratelimit-resource", Says.Name),
        HeaderLine.OfResponse("retry-after", static saying => saying.IsHidden ? Says.RetryAfter(saying, static wait => Written.Seconds(wait > SecondaryWait ? wait : SecondaryWait)) : null) with { AsksToWait = true },
    ];

    private static Tier Of(string name, long quota) => new(name,
    [
        UpstreamLimit.FixedWindow(quota, FromHours(1), WindowAlignment.FirstUse) with { Name = "core", Except = Searches },
        UpstreamLimit.FixedWindow(30, FromMinutes(1), WindowAlignment.FirstUse) with { Name = "search", Endpoints = Searches, Except = CodeSearches },
        UpstreamLimit.FixedWindow(10, FromMinutes(1), WindowAlignment.FirstUse) with { Name = "code_search", Endpoints = CodeSearches },
        Hidden(UpstreamLimit.Concurrency(100)),
        Hidden(UpstreamLimit.FixedWindow(900, FromMinutes(1), unit: Points)),
        Hidden(UpstreamLimit.FixedWindow(80, FromMinutes(1), unit: Content)),
        Hidden(UpstreamLimit.FixedWindow(500, FromHours(1), unit: Content)) with { Name = "content-hour" },
    ]);

    private static UpstreamLimit Hidden(UpstreamLimit limit) => limit with { IsHidden = true };

    private static HeaderLine Shown(string name, Func<Saying, StatedLimit, string?> text) => new(name, (saying, stated) => saying.IsHidden ? null : text(saying, stated));

    private sealed class Data : Answers.AnswerShape
    {
        public override Answers.Answer Respond(UpstreamRequest request, IReadOnlyList<StatedLimit> limits, Random random) => Answers.Answer.Whole("""{"data":{}}""");
    }
}
