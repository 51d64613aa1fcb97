using System.Collections.Frozen;

namespace RateLimited.Http.Testing.Providers;

/// <summary>All providers and dialects that an upstream can be like.</summary>
internal static class KnownProviders
{
    public static IReadOnlyList<Provider> All { get; } =
    [
        Akamai.Provider, Anthropic.Provider, Aws.Provider, AzureOpenAI.Provider, Cerebras.Provider, Cohere.Provider, Confluence.Provider, DeepSeek.Provider, Discord.Provider, DockerHub.Provider,
        Envoy.Provider, Google.Gemini, Google.YouTube, GitHub.Rest, GitHub.GraphQL, GitLab.Provider, Groq.Provider, HubSpot.Provider, HuggingFace.Provider, IetfDrafts.Structured,
        IetfDrafts.Draft07, IetfDrafts.Draft06, IetfDrafts.Draft03, Jira.Provider, Kong.Provider, Lemlist.Provider, Microsoft.Graph, Microsoft.SharePoint, Mistral.Provider, Notion.Provider,
        Okta.Provider, OpenAI.Provider, OpenRouter.Provider, Prisjakt.Provider, Reddit.Provider, Replicate.Provider, Salesforce.Provider, Shopify.Rest, Shopify.GraphQL, Slack.Provider,
        Spotify.Provider, Stripe.Provider, TikTok.Provider, Together.Provider, Twitch.Provider, X.Provider, XAI.Provider, XRateLimitSpellings.XRateLimit, XRateLimitSpellings.XRateDashLimit,
    ];

    private static readonly FrozenDictionary<string, Provider> ByName = All
        .SelectMany(static provider => provider.Aliases.Prepend(provider.Name).Select(name => (name, provider)))
        .ToFrozenDictionary(static pair => pair.name, static pair => pair.provider, StringComparer.OrdinalIgnoreCase);

    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static Provider Find(string name) => ByName.TryGetValue(name ?? throw new ArgumentNullException(nameof(name)), out var provider)
        ? provider
        : throw new ArgumentException($"There is no provider named '{name}'. There are: {string.Join(", ", All.Select(static one => one.Name))}.", nameof(name));

    /// <exception cref="ArgumentException">The provider has none of that name.</exception>
    public static Tier TierOf(this Provider provider, string? name) => name is null ? provider.Tiers[0]
        : provider.Tiers.FirstOrDefault(tier => string.Equals(tier.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException(
                $"{provider.Name} has no tier named '{name}'. It has: {(provider.Tiers[0].Name.Length == 0 ? "one without a name" : string.Join(", ", provider.Tiers.Select(static tier => tier.Name)))}.", nameof(name));
}
