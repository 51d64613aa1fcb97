using System.Collections.Frozen;
using System.Collections.Immutable;

namespace RateLimited.Http.Configuration.Presets;

/// <summary>All presets, by name.</summary>
internal static class KnownPresets
{
    public static ImmutableArray<Preset> All { get; } =
    [
        Anthropic.Preset,
        AzureOpenAI.Preset,
        Cerebras.Preset,
        Cohere.Preset,
        Confluence.Preset,
        Discord.Preset,
        DockerHub.Preset,
        Gemini.Preset,
        GitHub.Preset,
        GitHubGraphQL.Preset,
        GitLab.Preset,
        Groq.Preset,
        HubSpot.Preset,
        HuggingFace.Preset,
        Jira.Preset,
        Mistral.Preset,
        Notion.Preset,
        Okta.Preset,
        OpenAI.Preset,
        OpenRouter.Preset,
        Reddit.Preset,
        Replicate.Preset,
        Salesforce.Preset,
        Shopify.Preset,
        ShopifyGraphQL.Preset,
        Slack.Preset,
        Spotify.Preset,
        Stripe.Preset,
        TikTok.Preset,
        Together.Preset,
        Twitch.Preset,
        X.Preset,
        XAI.Preset,
        YouTube.Preset,
    ];

    private static readonly FrozenDictionary<string, Preset> ByName = All
        .SelectMany(static preset => preset.Aliases.Prepend(preset.Name).Select(name => (Name: name, Preset: preset)))
        .ToFrozenDictionary(static pair => pair.Name, static pair => pair.Preset, StringComparer.OrdinalIgnoreCase);

    public static IEnumerable<string> Names => All.Select(static preset => preset.Name);

    /// <summary>All names, and all other words for them.</summary>
    public static IEnumerable<string> Words => ByName.Keys;

    public static Preset? Find(string name) => ByName.GetValueOrDefault(name.Trim());
}
