using RateLimited.Http.Configuration.Presets;
using RateLimited.Http.Signals;

namespace RateLimited.Http.Tool.Presets;

/// <summary>All presets, in short.</summary>
internal sealed record PresetList(IReadOnlyList<PresetSummary> Presets);

/// <summary>One preset, in short.</summary>
internal sealed record PresetSummary(string Name, string Provider, string? Dialect, IReadOnlyList<string> Tiers, IReadOnlyList<string> Limits, bool Discovers)
{
    public static PresetSummary Of(Preset preset) => new(
        preset.Name, preset.Title, preset.Dialect, [.. preset.TierNames], [.. preset.Tiers[0].Limits.Select(static limit => limit.Text)], preset.Tiers[0].Discovers);
}

/// <summary>All that is known of one provider.</summary>
internal sealed record PresetDocument
{
    public required string Name { get; init; }

    public required string Provider { get; init; }

    public required IReadOnlyList<string> Aliases { get; init; }

    /// <summary>How the upstream counts.</summary>
    public required string Counts { get; init; }

    public required SourceDocument CountsSource { get; init; }

    /// <summary>Null: what the headers of each response look like.</summary>
    public required string? Dialect { get; init; }

    public required IReadOnlyList<string> Headers { get; init; }

    /// <summary>How a request carries its key.</summary>
    public required string Key { get; init; }

    /// <summary>What a 403 means.</summary>
    public required string Forbidden { get; init; }

    /// <summary>When it bans who sends what it refuses; null where it is not known to.</summary>
    public required string? Ban { get; init; }

    /// <summary>The first one holds where none is named.</summary>
    public required IReadOnlyList<TierDocument> Tiers { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }

    public static PresetDocument Of(Preset preset) => new()
    {
        Name = preset.Name,
        Provider = preset.Title,
        Aliases = preset.Aliases,
        Counts = preset.Counts,
        CountsSource = SourceDocument.Of(preset.CountsSource),
        Dialect = preset.Dialect,
        Headers = preset.Dialect is { } dialect ? [.. KnownDialects.Find(dialect)!.Rules.Select(static rule => rule.Header).Distinct(StringComparer.Ordinal)] : [],
        Key = preset.Key.IsInQuery ? $"?{preset.Key.Name}={preset.Key.Form}" : $"{preset.Key.Name}: {preset.Key.Form}",
        Forbidden = preset.Forbidden,
        Ban = preset.InvalidRequests?.ToString(),
        Tiers = [.. preset.Tiers.Select(static tier => TierDocument.Of(tier))],
        Notes = preset.Notes,
    };
}

/// <summary>What a provider grants to one kind of its customers.</summary>
/// <param name="Name">Null for the one that is meant where none is named.</param>
/// <param name="For">Who has it.</param>
/// <param name="Discovers">The limits are those that the upstream reports.</param>
/// <param name="Figures">Its limits and costs.</param>
internal sealed record TierDocument(string? Name, string? For, bool Discovers, IReadOnlyList<FigureDocument> Figures)
{
    public static TierDocument Of(PresetTier tier) => new(
        tier.Name, tier.For, tier.Discovers, [.. tier.Limits.Select(static limit => FigureDocument.Of(limit, endpoint: null)), .. tier.Endpoints.SelectMany(static endpoint => FigureDocument.Of(endpoint))]);
}

/// <summary>One figure: a limit or a cost.</summary>
/// <param name="Endpoint">The requests it is of; null for all.</param>
/// <param name="Limit">The limit in its short form.</param>
/// <param name="Name">The upstream's own name of it.</param>
/// <param name="Alone">The limits for all requests do not count these.</param>
/// <param name="Costs">What a request costs by unit.</param>
/// <param name="Source">Where it comes from.</param>
internal sealed record FigureDocument(string? Endpoint, string? Limit, string? Name, bool Alone, IReadOnlyDictionary<string, decimal>? Costs, SourceDocument Source)
{
    public static FigureDocument Of(PresetLimit limit, PresetEndpoint? endpoint) =>
        new(endpoint?.Template, limit.Text, limit.Name, endpoint is { ServiceLimits: false }, Costs: null, SourceDocument.Of(limit.Source));

    public static IEnumerable<FigureDocument> Of(PresetEndpoint endpoint)
    {
        foreach (var limit in endpoint.Limits)
        {
            yield return Of(limit, endpoint);
        }

        if (endpoint.CostSource is { } source)
        {
            yield return new(endpoint.Template, null, null, false, endpoint.Costs.ToDictionary(static cost => cost.Unit, static cost => cost.Value, StringComparer.Ordinal), SourceDocument.Of(source));
        }
    }
}

/// <summary>Where a figure comes from.</summary>
internal sealed record SourceDocument(string Title, string Evidence, string? Date)
{
    public static SourceDocument Of(Source source) => new(source.Title, source.Evidence == Configuration.Presets.Evidence.ThirdParty ? "third party" : source.Evidence.ToString().ToLowerInvariant(), source.Date);

    public override string ToString() => Date is null ? $"{Evidence}: {Title}" : $"{Evidence}: {Title}, {Date}";
}
