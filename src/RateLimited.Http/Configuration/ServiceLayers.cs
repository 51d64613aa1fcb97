using RateLimited.Http.Configuration.Presets;
using RateLimited.Http.Signals;

namespace RateLimited.Http.Configuration;

/// <summary>
/// What holds for a service once its preset lies beneath its options. Limits of its own replace all of the preset's; an endpoint replaces the preset's of the same template as a whole; a
/// dialect replaces the preset's. Nothing is written back, so that options stay what their writer said.
/// </summary>
/// <param name="Limits">The limits of all requests.</param>
/// <param name="Endpoints">The endpoints by template, the service's own first.</param>
/// <param name="Discovers">There are no limits for all requests but those that the upstream reports.</param>
internal sealed record ServiceLayers(IReadOnlyList<LimitOptions> Limits, IReadOnlyList<KeyValuePair<string, EndpointOptions>> Endpoints, bool Discovers)
{
    /// <summary>Total: of options that are not valid it takes what can be taken, so that their faults can be found.</summary>
    public static ServiceLayers Of(ServiceRateLimitingOptions options)
    {
        var tier = PresetOf(options)?.TierOf(options.Tier);
        if (options.DiscoverLimits)
        {
            return new ServiceLayers([.. Added(options)], EndpointsOver(options, tier), Discovers: true);
        }

        return options.Limits.Count > 0 || tier is null
            ? new ServiceLayers([.. options.Limits, .. Added(options)], EndpointsOver(options, tier), Discovers: false)
            : new ServiceLayers([.. tier.Limits.Select(static limit => limit.Options()), .. Added(options)], EndpointsOver(options, tier), tier.Discovers);
    }

    /// <summary>The dialect of valid options; null where each response's headers tell.</summary>
    public static HeaderDialect? DialectOf(ServiceRateLimitingOptions options) =>
        options.Dialect is { } own ? DialectCompiler.Dialect(own) : PresetOf(options)?.Dialect is { } known ? KnownDialects.Find(known) : null;

    /// <summary>Limits that other packages add. They replace none.</summary>
    private static IEnumerable<LimitOptions> Added(ServiceRateLimitingOptions options) => options.Additions.SelectMany(static addition => addition.Limits);

    private static Preset? PresetOf(ServiceRateLimitingOptions options) => options.Preset is { } name ? KnownPresets.Find(name) : null;

    private static IReadOnlyList<KeyValuePair<string, EndpointOptions>> EndpointsOver(ServiceRateLimitingOptions options, PresetTier? tier)
    {
        if (tier is null or { Endpoints.Length: 0 })
        {
            return [.. options.Endpoints];
        }

        var own = options.Endpoints.Keys.Select(EndpointFaults.Shape).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. options.Endpoints,
            .. tier.Endpoints.Where(endpoint => !own.Contains(EndpointFaults.Shape(endpoint.Template)))
                .Select(static endpoint => KeyValuePair.Create(endpoint.Template, endpoint.Options())),
        ];
    }
}
