using RateLimited.Http.Arena.Demand;
using RateLimited.Http.Arena.Upstreams;
using RateLimited.Http.Testing.Limits;

namespace RateLimited.Http.Arena.Cells;

/// <summary>A row of the arena.</summary>
/// <param name="Cell">Whose.</param>
/// <param name="Ok">How much was had: by the upstream's books of the limit that was used most, in its unit; where demand is less than the quota, calls that succeeded.</param>
/// <param name="Theoretical">How much could have been had: what the upstream had to give, or all that was asked for.</param>
/// <param name="Status429">How many requests the upstream refused.</param>
/// <param name="Wasted">How many requests reached the upstream for nothing: those, and what it admitted for callers that did not hear of it.</param>
/// <param name="Failed">How many calls ended in a refusal or an exception.</param>
/// <param name="Succeeded">How many calls succeeded.</param>
/// <param name="P50">The wait that half of the successful calls had at most, in milliseconds, their answer included; null without any.</param>
/// <param name="P99">The same of 99 in a hundred.</param>
/// <param name="Jain">Jain's index over the tenants: of what they got where demand is saturating, of how much they got of what they asked for elsewhere.</param>
/// <param name="KeyDeviation">By how much the key that differs most was used more or less than all on average, as a share of that; null where there are not several.</param>
/// <param name="Windows">How many windows passed, rounded up.</param>
internal sealed record CellResult(Cell Cell, long Ok, long Theoretical, long Status429, long Wasted, long Failed, long Succeeded, double? P50, double? P99, double? Jain, double? KeyDeviation, int Windows)
{
    /// <summary>Ok over theoretical; zero where nothing could be had.</summary>
    public double Utilisation => Theoretical == 0 ? 0 : (double)Ok / Theoretical;

    public static CellResult Of(Cell cell, UpstreamBooks books, IReadOnlyList<CellShare> shares)
    {
        KeyBooks[] ours = [.. books.Keys.Where(static key => !string.Equals(key.Key, ArenaHeaders.StrangersKey, StringComparison.Ordinal)).Select(static key => key.Value)];
        var (admitted, refused) = (ours.Sum(static key => key.Admitted), ours.Sum(static key => key.Refused));
        var succeeded = shares.Sum(static share => share.Ok.Values.Sum());
        var (ok, theoretical) = cell.Demand == DemandKind.Saturating ? Used(cell, books) : (succeeded, shares.Sum(static share => share.Asked.Values.Sum()));
        var waits = shares.SelectMany(static share => share.Waits).Order().ToArray();
        return new CellResult(
            cell, ok, theoretical, refused, refused + Math.Max(0, admitted - succeeded), shares.Sum(static share => share.Failed), succeeded,
            Percentile(waits, 0.5), Percentile(waits, 0.99), JainOf(cell, shares), DeviationOf(cell, books), (int)Math.Ceiling(books.Elapsed / cell.Upstream.Window));
    }

    /// <summary>What was had of the limit that is judged. What a stranger had is neither ours nor could have been.</summary>
    private static (long Ok, long Theoretical) Used(Cell cell, UpstreamBooks books)
    {
        if (Judged(cell, books) is not { } name)
        {
            return (0, 0);
        }

        var (report, strangers) = (books[name], books.Keys.GetValueOrDefault(ArenaHeaders.StrangersKey)?.Admitted ?? 0);
        var theirs = strangers == 0 ? 0 : report.Ok * strangers / books.Admitted;
        return (report.Ok - theirs, report.Theoretical - theirs);
    }

    private static string? Judged(Cell cell, UpstreamBooks books) =>
        cell.Upstream.Judged is { } judged ? books.Names.FirstOrDefault(name => string.Equals(name, judged, StringComparison.Ordinal)) : books.Names.MaxBy(name => books.UtilisationOf(name) ?? 0);

    private static double? DeviationOf(Cell cell, UpstreamBooks books)
    {
        if (cell.Upstream.Keys is not { Count: > 1 and var keys } || Judged(cell, books) is not { } name)
        {
            return null;
        }

        var used = books.Limits.Where(limit => string.Equals(limit.Limit, name, StringComparison.Ordinal)).Select(static limit => (double)limit.Report.Ok).ToArray();
        var even = used.Sum() / keys;

        // A key that never came has no books, and was used not at all.
        return even == 0 ? null : used.Select(each => Math.Abs(each - even) / even).Append(used.Length < keys ? 1 : 0).Max();
    }

    private static double? JainOf(Cell cell, IReadOnlyList<CellShare> shares)
    {
        var tenants = shares.SelectMany(static share => share.Asked.Keys).Distinct(StringComparer.Ordinal);
        return Fairness.Jain([.. from tenant in tenants let ok = Sum(shares, tenant, static share => share.Ok) select cell.Demand == DemandKind.Saturating ? ok : ok / Sum(shares, tenant, static share => share.Asked)]);
    }

    private static double Sum(IReadOnlyList<CellShare> shares, string tenant, Func<CellShare, Dictionary<string, int>> of) => shares.Sum(share => of(share).GetValueOrDefault(tenant));

    private static double? Percentile(double[] ordered, double part) => ordered.Length == 0 ? null : ordered[Math.Min(ordered.Length - 1, (int)(ordered.Length * part))];
}
