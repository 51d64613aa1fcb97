namespace RateLimited.Http.Caching.Rules;

/// <summary>Decides whether a kept answer may be given. RFC 9111, sections 4 and 5.2; RFC 5861. Pure.</summary>
internal static class ReuseRule
{
    /// <summary>What becomes of an answer while nothing is wrong.</summary>
    /// <param name="request">What the request's <c>Cache-Control</c> says.</param>
    /// <param name="facts">What the answer says.</param>
    /// <param name="lifetime">Until which age it is fresh.</param>
    /// <param name="age">Its age.</param>
    public static Reuse Decide(CacheDirectives request, ResponseFacts facts, TimeSpan lifetime, TimeSpan age)
    {
        if (facts.Directives.NoCache || !TakesAge(request, age) || (request.MinFresh is { } fresh && lifetime - age < fresh))
        {
            return Reuse.Validate;
        }

        if (lifetime > age)
        {
            return Reuse.Fresh;
        }

        var staleness = age - lifetime;
        if (facts.Directives.MustRevalidate)
        {
            return Reuse.Validate;
        }

        if (request.MaxStale is { } stale && staleness <= stale)
        {
            return Reuse.Stale;
        }

        return request.MaxAge is null && request.MinFresh is null && staleness < facts.Directives.StaleWhileRevalidate ? Reuse.StaleWhileRevalidate : Reuse.Validate;
    }

    /// <summary>Whether an answer is given in place of a failure or a refusal.</summary>
    /// <param name="request">What the request's <c>Cache-Control</c> says.</param>
    /// <param name="facts">What the answer says.</param>
    /// <param name="staleness">For how long it has been stale; below zero for one that is fresh.</param>
    /// <param name="age">Its age.</param>
    /// <param name="isRefusal">Whether it was refused for what is sent already, by the upstream or on this side; else the upstream failed.</param>
    /// <param name="rules">What is configured.</param>
    public static bool StandsIn(CacheDirectives request, ResponseFacts facts, TimeSpan staleness, TimeSpan age, bool isRefusal, CacheRules rules)
    {
        if (!TakesAge(request, age) || (!rules.IgnoreMustRevalidate && Forbids(facts)) || request.MinFresh is not null)
        {
            return false;
        }

        var allowed = isRefusal ? rules.StaleIfLimited : facts.Directives.StaleIfError ?? request.StaleIfError ?? rules.StaleIfError;
        return staleness <= allowed && allowed > TimeSpan.Zero;
    }

    /// <summary>RFC 9111, section 4.2.4: those are never given stale, whatever happens, unless it is configured.</summary>
    public static bool Forbids(ResponseFacts facts) => facts.Directives.MustRevalidate || facts.Directives.NoCache;

    private static bool TakesAge(CacheDirectives request, TimeSpan age) => !request.NoCache && !(request.MaxAge is { } most && age > most);
}
