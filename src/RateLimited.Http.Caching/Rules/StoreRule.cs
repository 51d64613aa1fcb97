namespace RateLimited.Http.Caching.Rules;

/// <summary>Decides which responses are kept. RFC 9111, section 3. Pure.</summary>
internal static class StoreRule
{
    /// <summary>RFC 9110, section 15.1: what may be kept although it does not say for how long. Partial content is not kept at all.</summary>
    public static bool IsCacheableByDefault(int status) => status is 200 or 203 or 204 or 300 or 301 or 308 or 404 or 405 or 410 or 414 or 501;

    /// <summary>Whether a response to a GET is kept.</summary>
    /// <param name="request">What the request's <c>Cache-Control</c> says.</param>
    /// <param name="facts">What the response says.</param>
    /// <param name="rules">What is configured.</param>
    public static bool Keeps(CacheDirectives request, ResponseFacts facts, CacheRules rules) =>
        !request.NoStore
        && !facts.Directives.NoStore
        && !facts.IsPartial
        && facts.Vary is not null
        && (IsCacheableByDefault(facts.Status) || (IsUnderstood(facts.Status) && SaysThatItMay(facts)))
        && (SaysHowLong(facts) || facts.HasValidator || MayBeOfUse(facts, rules));

    /// <summary>Redirects of which nobody follows them here. Others that say that they may be kept, refusals above all, would only be kept from being tried again.</summary>
    private static bool IsUnderstood(int status) => status is 302 or 303 or 307;

    private static bool SaysThatItMay(ResponseFacts facts) => SaysHowLong(facts) || facts.Directives.IsPublic || facts.Directives.IsPrivate;

    private static bool SaysHowLong(ResponseFacts facts) => facts.Directives.MaxAge is not null || facts.Expires is not null;

    /// <summary>What is stale from the beginning and cannot be asked for anew is good for bad times alone.</summary>
    private static bool MayBeOfUse(ResponseFacts facts, CacheRules rules) =>
        rules.Lifetime is not null || ((rules.StaleIfLimited > TimeSpan.Zero || rules.StaleIfError > TimeSpan.Zero) && (rules.IgnoreMustRevalidate || !ReuseRule.Forbids(facts)));
}
