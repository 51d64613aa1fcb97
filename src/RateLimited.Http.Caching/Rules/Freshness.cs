namespace RateLimited.Http.Caching.Rules;

/// <summary>How old a response was when it came and for how long it is fresh. RFC 9111, sections 4.2.1 to 4.2.3. Pure.</summary>
/// <param name="Lifetime">Until which age it is fresh.</param>
/// <param name="InitialAge">Its age when it came.</param>
internal readonly record struct Freshness(TimeSpan Lifetime, TimeSpan InitialAge)
{
    /// <summary>The usual part of the time since a change for which nothing is expected to change again.</summary>
    private const int Tenth = 10;

    private static readonly TimeSpan LongestGuess = TimeSpan.FromDays(1);

    /// <summary>Of a response that has just come.</summary>
    /// <param name="facts">What it says.</param>
    /// <param name="cameAt">When it came, by the wall's clock in UTC ticks.</param>
    /// <param name="took">How long after its request.</param>
    /// <param name="rules">What is configured for those that say nothing.</param>
    public static Freshness Of(ResponseFacts facts, long cameAt, TimeSpan took, CacheRules rules)
    {
        var apparent = facts.Date is { } date ? Math.Max(cameAt - date, 0) : 0;
        var corrected = facts.Age + took;
        return new Freshness(LifetimeOf(facts, cameAt, rules), TimeSpan.FromTicks(Math.Max(apparent, corrected.Ticks)));
    }

    private static TimeSpan LifetimeOf(ResponseFacts facts, long cameAt, CacheRules rules)
    {
        if (facts.Directives.MaxAge is { } age)
        {
            return age;
        }

        var date = facts.Date ?? cameAt;
        if (facts.Expires is { } expires)
        {
            return TimeSpan.FromTicks(Math.Max(expires - date, 0));
        }

        if (!StoreRule.IsCacheableByDefault(facts.Status) && !facts.Directives.IsPublic)
        {
            return TimeSpan.Zero;
        }

        if (rules.Lifetime is { } configured)
        {
            return configured;
        }

        return rules.Heuristic && facts.LastModified is { } modified && modified < date
            ? TimeSpan.FromTicks(Math.Min((date - modified) / Tenth, LongestGuess.Ticks))
            : TimeSpan.Zero;
    }
}
