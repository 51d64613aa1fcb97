using System.Collections.Immutable;

namespace RateLimited.Http.Configuration.Presets;

/// <summary>What a provider grants to one kind of its customers.</summary>
/// <param name="Name">The name that options use; null for the only one, or the one that is meant where none is named.</param>
internal sealed record PresetTier(string? Name)
{
    /// <summary>Who has it, in a few words.</summary>
    public string? For { get; init; }

    public ImmutableArray<PresetLimit> Limits { get; init; } = [];

    public ImmutableArray<PresetEndpoint> Endpoints { get; init; } = [];

    /// <summary>No figure of it is known beforehand: the limits are those that the upstream reports.</summary>
    public bool Discovers { get; init; }

    /// <summary>The only tier of a provider whose figures nobody knows beforehand.</summary>
    public static PresetTier Discovered { get; } = new((string?)null) { Discovers = true };
}
