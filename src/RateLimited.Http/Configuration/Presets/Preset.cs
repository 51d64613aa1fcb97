using System.Collections.Immutable;

namespace RateLimited.Http.Configuration.Presets;

/// <summary>What is known of a provider beforehand. Data: it holds no behaviour of the provider's, and stands beneath what a service's own options say.</summary>
/// <param name="Name">The name that options use.</param>
internal sealed record Preset(string Name)
{
    /// <summary>The provider as it calls itself.</summary>
    public required string Title { get; init; }

    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>The dialect's name; null where nothing is known of it, so that each response's headers tell.</summary>
    public string? Dialect { get; init; }

    public required PresetKey Key { get; init; }

    /// <summary>How the upstream counts, in a sentence.</summary>
    public required string Counts { get; init; }

    public required Source CountsSource { get; init; }

    /// <summary>What its 403 means, in a sentence.</summary>
    public required string Forbidden { get; init; }

    /// <summary>Before how many invalid requests its ban is; null where none is known.</summary>
    public PresetInvalidRequests? InvalidRequests { get; init; }

    /// <summary>What else must be known, one sentence each.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>The first one holds where none is named.</summary>
    public ImmutableArray<PresetTier> Tiers { get; init; } = [PresetTier.Discovered];

    public IEnumerable<string> TierNames => Tiers.Select(static tier => tier.Name).OfType<string>();

    /// <summary>The tier of a name, or the first one for null. Null if there is none of that name.</summary>
    public PresetTier? TierOf(string? name) => name is null ? Tiers[0] : Tiers.FirstOrDefault(tier => name.Equals(tier.Name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>How a request carries the key.</summary>
/// <param name="Name">The header's name, or that of the query's parameter.</param>
/// <param name="Form">The value, with <c>{key}</c> where the key stands.</param>
internal sealed record PresetKey(string Name, string Form)
{
    public bool IsInQuery { get; init; }

    /// <summary>What most have.</summary>
    public static PresetKey Bearer { get; } = new("Authorization", "Bearer {key}");
}
