using RateLimited.Http.Configuration;
using RateLimited.Http.Configuration.Presets;

namespace RateLimited.Http.History.Queries;

/// <summary>Which tiers of a provider would have carried what was used. Pure functions.</summary>
internal static class TierFit
{
    /// <summary>Who uses more of a quota than this meets it before long.</summary>
    public const double Comfortable = 0.8;

    /// <param name="preset">The preset's name, or any other.</param>
    /// <param name="limits">What was used.</param>
    /// <returns>The tiers that can be compared with it, in the preset's order.</returns>
    public static IReadOnlyList<TierReport> Of(string preset, IReadOnlyList<LimitReport> limits)
    {
        if (KnownPresets.Find(preset) is not { } known)
        {
            return [];
        }

        var tiers = known.Tiers.Select(tier => Of(known.Name, tier, limits)).OfType<TierReport>().ToList();
        var best = tiers.Where(static tier => tier.Fits).MaxBy(static tier => tier.PeakShare);
        return [.. tiers.Select(tier => tier with { IsBest = ReferenceEquals(tier, best) })];
    }

    private static TierReport? Of(string preset, PresetTier tier, IReadOnlyList<LimitReport> limits)
    {
        var uses = tier.Limits.Select(static limit => (Endpoint: (string?)null, Limit: limit.Options()))
            .Concat(tier.Endpoints.SelectMany(static endpoint => endpoint.Limits.Select(limit => (Endpoint: (string?)endpoint.Template, Limit: limit.Options()))))
            .Select(each => (Share: ShareOf(each.Limit, each.Endpoint, limits), Name: each.Limit.Name ?? LimitText.Name(each.Limit)))
            .Where(static use => use.Share is not null)
            .ToList();
        if (uses.Count == 0)
        {
            return null;
        }

        var tightest = uses.MaxBy(static use => use.Share);
        return new TierReport(preset, tier.Name, tightest.Share <= Comfortable, tightest.Share!.Value, tightest.Name, uses.Count, IsBest: false);
    }

    /// <summary>The largest share of a tier's quota that was used, by the limits that count the same; null where there are none.</summary>
    private static double? ShareOf(LimitOptions tier, string? endpoint, IReadOnlyList<LimitReport> limits) => limits
        .Where(limit => limit.Window == tier.Window && string.Equals(limit.Unit, tier.Unit, StringComparison.Ordinal) && string.Equals(EndpointOf(limit.Partition), endpoint, StringComparison.Ordinal))
        .Select(limit => (double?)limit.Peak / tier.Quota)
        .Max();

    /// <summary>Where a limit holds, by what a status calls what it counts separately: <c>service</c>, <c>endpoint GET /x</c>, <c>key first</c>, <c>key first, GET /x</c>.</summary>
    private static string? EndpointOf(string partition)
    {
        const string Endpoint = "endpoint ";
        if (partition.StartsWith(Endpoint, StringComparison.Ordinal))
        {
            return partition[Endpoint.Length..];
        }

        var isKeys = partition.StartsWith("key ", StringComparison.Ordinal) || partition.StartsWith("group ", StringComparison.Ordinal);
        return isKeys && partition.IndexOf(", ", StringComparison.Ordinal) is >= 0 and var comma ? partition[(comma + 2)..] : null;
    }
}
