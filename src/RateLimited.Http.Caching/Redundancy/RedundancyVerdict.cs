using System.Globalization;

namespace RateLimited.Http.Caching.Redundancy;

/// <summary>Says in a sentence whether a cache is worth it. Pure.</summary>
internal static class RedundancyVerdict
{
    /// <summary>Fewer say nothing.</summary>
    private const long Enough = 100;

    /// <summary>A cache that answers less costs more care than it saves quota.</summary>
    private const double WorthIt = 0.05;

    private const string Money = "usd";

    public static bool IsWorthIt(PeriodCounts counts, CacheSaving? best) => counts.Requests >= Enough && best?.Share >= WorthIt;

    public static string Say(PeriodCounts counts, CacheSaving? best, bool isWorthIt)
    {
        var culture = CultureInfo.InvariantCulture;
        if (counts.Requests < Enough)
        {
            return string.Create(culture, $"Too little was seen to say whether a cache is worth it: {counts.Requests} requests, and it takes {Enough}.");
        }

        if (isWorthIt && best is not null)
        {
            var money = best.Units.TryGetValue(Money, out var usd) ? string.Create(culture, $" and {usd:0.00} US dollars") : string.Empty;
            return string.Create(
                culture,
                $"A cache is worth it: with a lifetime of {best.Lifetime:c} it would have answered {best.Share:P0} of {counts.Requests} requests, and saved {best.Requests:0} requests of quota, {best.Time.TotalMinutes:0.0} minutes of waiting{money}.");
        }

        var saved = string.Create(culture, $"A cache is not worth it: it would have answered {best?.Share ?? 0:P1} of {counts.Requests} requests");
        return counts.OtherMethods > counts.Weighed * WorthIt
            ? string.Create(culture, $"{saved}, although {counts.OtherMethods / counts.Weighed:P0} of all repeat others by methods that no cache of responses may answer; a cache of the program's own may.")
            : counts.Forbidden > counts.Weighed * WorthIt
                ? string.Create(culture, $"{saved}; {counts.Forbidden / counts.Weighed:P0} of all repeat others whose answers say no-store.")
                : $"{saved}.";
    }
}
