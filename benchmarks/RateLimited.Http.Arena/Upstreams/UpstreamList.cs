using RateLimited.Http.Testing;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;

namespace RateLimited.Http.Arena.Upstreams;

/// <summary>All upstreams of the arena.</summary>
internal static class UpstreamList
{
    public const int Quota = 100;

    /// <summary>What a request costs on average.</summary>
    public const int UsualTokens = 40;

    /// <summary>What the dearest costs.</summary>
    public const int LargestTokens = 60;

    private const int TokenQuota = 3_000;
    private const int Slots = 10;

    /// <summary>Of each key.</summary>
    private const int KeyQuota = 40;

    private const int KeyTokenQuota = 1_500;

    /// <summary>A dialect with fractions of seconds: what others round to seconds says nothing of windows of two.</summary>
    private const string Finest = "discord";

    private const string Line = """ "Queue": { "Length": 10000, "Timeout": "00:10:00" } """;

    /// <summary>Nobody can be sure of more of a sliding log: with windows W and latencies that differ by J it is W / (W + J), 97.8 %.</summary>
    private const double LeastOfLog = 0.96;

    public static readonly TimeSpan TwoSeconds = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Work = TimeSpan.FromSeconds(0.5);

    private static readonly string[] FourKeys = [.. Enumerable.Range(1, 4).Select(static key => $"sk-arena-{key}")];

    public static IReadOnlyList<ArenaUpstream> All { get; } =
    [
        new("token-bucket", "a bucket of 100 that refills by 50 a second", static build => build.TokenBucket(Quota, TwoSeconds), Limits("100/2s token-bucket")),
        new("fixed", "100 in every even 2 s of UTC", static build => build.FixedWindow(Quota, TwoSeconds), Limits("100/2s fixed")),
        new("fixed-first-use", "100 in windows of 2 s that begin with the first request after the last one", static build => build.FixedWindow(Quota, TwoSeconds, WindowAlignment.FirstUse), Limits("100/2s fixed first-use"))
            { LeastUtilisation = LeastOfLog },
        new("sliding", "100 in every 2 s, exactly", static build => build.SlidingLog(Quota, TwoSeconds), Limits("100/2s")) { LeastUtilisation = LeastOfLog },
        new("concurrency", "10 at once, each worked on for 0.4 to 0.6 s", static build => build.Concurrency(Slots), Limits("10 concurrent"))
            { Requests = 38, Work = Work, LeastUtilisation = 0.9 },
        new("units", "a bucket of requests (100 in 2 s) and one of tokens (3000 in 2 s), of which each takes 20 to 60", static build => build
            .TokenBucket(Quota, TwoSeconds).Tokens(TokenQuota, TwoSeconds).Cost("tokens", TokensOf), Limits("100/2s token-bucket", "3000 tokens/2s token-bucket"))
            { Tokens = TokenQuota, LeastUtilisation = 0.98 },
        new("estimates", "a language model's tokens (3000 in 2 s): charged by prompt and longest answer, corrected when the answer ends", static build => build
            .Dialect("openai").Tokens(TokenQuota, TwoSeconds),
            $$"""{ "Limits": [ "3000 tokens/2s token-bucket" ], "Costs": { "tokens": { "Settled": "body usage.total_tokens" } }, {{Line}} }""")
            { Requests = null, Tokens = TokenQuota, IsLanguageModel = true, LeastUtilisation = 0.9 },
        new("secondary", "100 in every even 2 s, and besides, in no header, 60 in every second", static build => build
            .Dialect(Finest).FixedWindow(Quota, TwoSeconds).SlidingLog(60, OneSecond, static limit => limit with { Name = "secondary", IsHidden = true }), Spoken("100/2s fixed", "60/s"))
            { Secondary = (60, OneSecond), LeastUtilisation = 0.96 },
        new("counts-refused", "100 in every 2 s, and refused requests count as well", static build => build.SlidingLog(Quota, TwoSeconds, static limit => limit with { CountsRefused = true }), Limits("100/2s"))
            { LeastUtilisation = LeastOfLog },
        new("penalty", "a bucket; who is refused is banned for 1 s, and for twice as long each time he tries nevertheless", static build => build
            .TokenBucket(Quota, TwoSeconds).Penalty(static () => new PenaltyModel()), Limits("100/2s token-bucket")),
        new("unknown", "100 in every even 2 s; ours is told nothing and reads the headers", static build => build.Dialect(Finest).FixedWindow(Quota, TwoSeconds), $$"""{ "Limits": "discover", "Dialect": "{{Finest}}", {{Line}} }""")
            { IsUnknown = true, LeastUtilisation = 0 },
        new("stranger", "100 in every even 2 s, of which somebody else takes up to a third", static build => build
            .Dialect(Finest).FixedWindow(Quota, TwoSeconds, static limit => limit with { By = CountedBy.Organisation }).Organisation("shared", ArenaHeaders.OurKey, ArenaHeaders.StrangersKey), Spoken("100/2s fixed"))
            { HasStranger = true, LeastUtilisation = 0 },
        new("keys", "a language model and four keys of it, a bucket of requests (40 in 2 s) and one of tokens (1500 in 2 s) for each; nobody knows what the model counts a prompt as before its answer tells", static build => build
            .Dialect("openai").TokenBucket(KeyQuota, TwoSeconds).Tokens(KeyTokenQuota, TwoSeconds),
            $$"""{ "Limits": [ "40/2s per key token-bucket", "1500 tokens/2s per key token-bucket" ], "Keys": [ {{string.Join(", ", FourKeys.Select(static key => $"\"{key}\""))}} ], {{Line}} }""")
            {
                Requests = KeyQuota, Tokens = KeyTokenQuota, TokensOfRequest = (ChatPrompt.UsualTokens, ChatPrompt.LargestTokens), IsLanguageModel = true,
                Keys = FourKeys, Judged = "tokens", LeastUtilisation = 0.95,
            },
    ];

    private static string Limits(params string[] limits) => Limits(dialect: "", limits);

    /// <summary>The same at an upstream that speaks of them.</summary>
    private static string Spoken(params string[] limits) => Limits($$""" "Dialect": "{{Finest}}",""", limits);

    private static string Limits(string dialect, string[] limits) => $$"""{ "Limits": [ {{string.Join(", ", limits.Select(static limit => $"\"{limit}\""))}} ],{{dialect}} {{Line}} }""";

    private static long TokensOf(UpstreamRequest request) => long.TryParse(request.Header(ArenaHeaders.Tokens), out var tokens) ? tokens : 0;
}
