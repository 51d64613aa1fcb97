using RateLimited.Http.Caching.Answering;
using RateLimited.Http.Caching.Rules;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Caching.Configuration;

/// <summary>What a cache adds to a service: responses that are kept.</summary>
internal sealed class CacheAddition(CachedService cache, ResponseCacheOptions options) : ServiceAddition
{
    public override bool KeepsResponses => options.Enabled;

    public override void Check(FaultList faults, string path) => CacheFaults.Check(faults, $"{path}:{CacheSectionReader.Section}", options);

    public override ICostEstimator? Estimator(ServiceRateLimitingOptions service)
    {
        cache.Apply(options.Enabled ? RulesOf(service) : null);
        return null;
    }

    private CacheRules RulesOf(ServiceRateLimitingOptions service) => new()
    {
        Lifetime = options.Lifetime,
        Heuristic = options.Heuristic,
        StaleIfLimited = options.StaleIfLimited,
        StaleAfterWait = options.StaleAfterWait,
        StaleIfError = options.StaleIfError,
        IgnoreMustRevalidate = options.IgnoreMustRevalidate,
        Collapse = options.Collapse,

        // docs.github.com, best practices for using the REST API: a 304 to a request with an Authorization header does not count against the primary limit.
        FreeValidation = options.FreeValidation ?? "github".Equals(service.Preset, StringComparison.OrdinalIgnoreCase),
        MaxBody = options.MaxBody,
        MaxBytes = options.MaxBytes,
        MaxEntries = options.MaxEntries,
        IgnoredHeaders = options.IgnoredHeaders.Select(static header => header.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal),
        Identity = options.Identity,
    };
}
