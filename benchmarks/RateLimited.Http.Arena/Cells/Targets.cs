using System.Globalization;
using RateLimited.Http.Arena.Demand;

namespace RateLimited.Http.Arena.Cells;

/// <summary>What ours must reach, cell by cell. The others' rows are as they fall.</summary>
internal static class Targets
{
    private const double LeastJain = 0.98;

    /// <summary>What a row of ours lacks, each as a sentence.</summary>
    public static IEnumerable<string> MissedBy(CellResult result)
    {
        var upstream = result.Cell.Upstream;
        var most = upstream.IsUnknown || upstream.HasStranger ? result.Windows : 0;
        if (!result.Cell.Strategy.IsOurs)
        {
            yield break;
        }

        if (result.Status429 > most)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{result.Cell}: refused {result.Status429} times, at most {most} may be");
        }

        if (result.Cell.Demand == DemandKind.Saturating && result.Utilisation < upstream.LeastUtilisation)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{result.Cell}: {result.Utilisation:0.0 %} used, at least {upstream.LeastUtilisation:0.0 %} should be");
        }

        if (result.Cell.Demand == DemandKind.Saturating && result.KeyDeviation > upstream.MostKeyDeviation)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{result.Cell}: a key was used {result.KeyDeviation:0.0 %} more or less than all on average, at most {upstream.MostKeyDeviation:0.0 %} may be");
        }

        if (result.Jain is not >= LeastJain)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{result.Cell}: a fairness of {result.Jain:0.000}, at least {LeastJain} should be");
        }
    }
}
