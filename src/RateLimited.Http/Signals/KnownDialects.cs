using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Numerics;
using RateLimited.Http.Signals.Dialects;

namespace RateLimited.Http.Signals;

/// <summary>All dialects, and the headers of all of them: where no dialect is configured, the names tell.</summary>
internal static class KnownDialects
{
    /// <summary>Those that many share come first: where names prove no more, no more is claimed.</summary>
    public static ImmutableArray<HeaderDialect> All { get; } =
    [
        XRateLimit.Dialect,
        IetfDrafts.Dialect,
        XRateDashLimit.Dialect,
        OpenAI.Dialect,
        AzureOpenAI.Dialect,
        Anthropic.Dialect,
        Groq.Dialect,
        Mistral.Dialect,
        Cohere.Dialect,
        Together.Dialect,
        Replicate.Dialect,
        HuggingFace.Dialect,
        OpenRouter.Dialect,
        Google.Dialect,
        Aws.Dialect,
        DeepSeek.Dialect,
        Cerebras.Dialect,
        GitHub.Dialect,
        GitHubGraphQL.Dialect,
        Reddit.Dialect,
        X.Dialect,
        Discord.Dialect,
        Slack.Dialect,
        Shopify.Dialect,
        ShopifyGraphQL.Dialect,
        Stripe.Dialect,
        HubSpot.Dialect,
        Jira.Dialect,
        Confluence.Dialect,
        GitLab.Dialect,
        Okta.Dialect,
        MicrosoftGraph.Dialect,
        SharePoint.Dialect,
        Salesforce.Dialect,
        Notion.Dialect,
        Twitch.Dialect,
        Spotify.Dialect,
        TikTok.Dialect,
        DockerHub.Dialect,
        Kong.Dialect,
        Envoy.Dialect,
        Lemlist.Dialect,
        Prisjakt.Dialect,
        Akamai.Dialect,
    ];

    private static readonly FrozenDictionary<string, HeaderDialect> ByName = All.ToFrozenDictionary(static d => d.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Headers that belong to no dialect.</summary>
    private static readonly HeaderRule[] Everywhere =
    [
        new(HeaderField.RetryAfter, "retry-after"),
        new(HeaderField.RetryAfterMilliseconds, "retry-after-ms"),
        new(HeaderField.AzureRetryAfterMilliseconds, "x-ms-retry-after-ms"),
        new(HeaderField.Date, "date"),
        new(HeaderField.ShouldRetry, "x-should-retry"),
        new(HeaderField.ErrorCode, "x-amzn-errortype"),
    ];

    private static readonly HeaderIndex IndexOfAll = new([.. Union(), .. Everywhere.Select(static rule => rule with { Owners = ulong.MaxValue })]);

    public static HeaderDialect? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The headers of a dialect, or of all when none is given.</summary>
    public static HeaderIndex IndexOf(HeaderDialect? dialect) => dialect is null ? IndexOfAll : new([.. Everywhere, .. dialect.Rules]);

    /// <summary>The first dialect that has all headers that were found.</summary>
    public static HeaderDialect? Recognise(ulong owners) =>
        owners == ulong.MaxValue || BitOperations.TrailingZeroCount(owners) is var first && first >= All.Length ? null : All[first];

    /// <summary>Every header once. Where dialects write one header differently, what it looks like must decide.</summary>
    private static IEnumerable<HeaderRule> Union() =>
        from pair in All.SelectMany(static (dialect, place) => dialect.Rules.Select(rule => (Rule: rule, Place: place)))
        group pair by pair.Rule.Header into same
        let first = same.First().Rule
        select first with
        {
            Format = same.All(pair => pair.Rule.Format == first.Format) ? first.Format : ValueFormat.Auto,
            Owners = same.Aggregate(0UL, static (owners, pair) => owners | (1UL << pair.Place)),
        };
}
