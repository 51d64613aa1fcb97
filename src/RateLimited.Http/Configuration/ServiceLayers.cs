using System.Collections.Immutable;
using RateLimited.Http.Admission;
using RateLimited.Http.Configuration.Presets;
using RateLimited.Http.Keys;
using RateLimited.Http.Limits;
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
    /// <summary>What is held against a client everywhere: that it was not let in, and that it asked too often.</summary>
    private static readonly ImmutableArray<int> UsuallyInvalid = [401, 403, 429];

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
            : new ServiceLayers([.. tier.Limits.Select(limit => ByKey(limit.Options(), options)), .. Added(options)], EndpointsOver(options, tier), tier.Discovers);
    }

    /// <summary>The limits that a key has in place of those that the service has for each key; null where it says nothing of them.</summary>
    public static IReadOnlyList<LimitOptions>? LimitsOf(KeyOptions key, ServiceRateLimitingOptions options) => key.Limits.Count > 0
        ? [.. key.Limits.OfType<LimitOptions>()]
        : key.Tier is { } tier && PresetOf(options)?.TierOf(tier) is { Limits.Length: > 0 } own ? [.. own.Limits.Select(static limit => limit.Options())] : null;

    /// <summary>The dialect of valid options; null where each response's headers tell.</summary>
    public static HeaderDialect? DialectOf(ServiceRateLimitingOptions options) =>
        options.Dialect is { } own ? DialectCompiler.Dialect(own) : PresetOf(options)?.Dialect is { } known ? KnownDialects.Find(known) : null;

    /// <summary>What valid options say of invalid requests; null where they are not counted.</summary>
    public static InvalidRequestsDefinition? InvalidRequestsOf(ServiceRateLimitingOptions options)
    {
        var (own, known) = (options.InvalidRequests, PresetOf(options)?.InvalidRequests);
        return own.Enabled && (own.Quota ?? known?.Quota) is { } quota && (own.Window ?? known?.Window) is { } window
            ? new InvalidRequestsDefinition(new InvalidRequests(quota, window.Ticks), own.Statuses.Count > 0 ? [.. own.Statuses] : known?.Statuses ?? UsuallyInvalid)
            : null;
    }

    /// <summary>How valid options have requests carry their keys.</summary>
    public static KeyCarrier CarrierOf(ServiceRateLimitingOptions options) =>
        options.Keys.Apply is { } apply ? KeyCarrier.Of(apply)
        : options.Keys.Carrier is { } text && KeyCarrier.TryParse(text, out var own) ? own
        : PresetOf(options)?.Key is { } known ? new KeyCarrier(known.Name, known.Form) { IsInQuery = known.IsInQuery }
        : KeyCarrier.Bearer;

    /// <summary>What a provider grants it grants to each account: where the service has keys, to each of them.</summary>
    private static LimitOptions ByKey(LimitOptions limit, ServiceRateLimitingOptions options)
    {
        if (options.Keys.IsUsed && limit.Partition == PartitionBy.Service)
        {
            limit.Partition = PartitionBy.Key;
        }

        return limit;
    }

    private static EndpointOptions ByKey(EndpointOptions endpoint, ServiceRateLimitingOptions options)
    {
        foreach (var limit in endpoint.Limits)
        {
            ByKey(limit, options);
        }

        return endpoint;
    }

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
                .Select(endpoint => KeyValuePair.Create(endpoint.Template, ByKey(endpoint.Options(), options))),
        ];
    }
}
