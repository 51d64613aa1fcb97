using RateLimited.Http.AI.Usage;

namespace RateLimited.Http.AI.Money;

/// <summary>What usage costs, exactly: prices have at most six digits behind the point for a million tokens, so that twelve are always enough.</summary>
internal static class Pricing
{
    private const decimal Million = 1_000_000;
    private const decimal SecondsPerMinute = 60;

    public static decimal CostOf(this ModelPrice price, in TokenUsage usage, long images)
    {
        var input = Math.Max((usage.Input ?? 0) - usage.CacheRead - usage.CacheWrite, 0);
        var tokens = (input * price.Input) + (usage.CacheRead * (price.CachedInput ?? price.Input)) + (usage.CacheWrite * (price.CacheWrite ?? price.Input)) + ((usage.Output ?? 0) * price.Output);
        return (tokens / Million) + ((usage.AudioSeconds ?? 0) / SecondsPerMinute * price.AudioMinute) + (images * price.Image);
    }
}
