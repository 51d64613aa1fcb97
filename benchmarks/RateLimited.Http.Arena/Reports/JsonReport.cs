using System.Text.Json;
using RateLimited.Http.Arena.Cells;

namespace RateLimited.Http.Arena.Reports;

/// <summary>The run as one JSON document.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string Of(ArenaDocument document) => JsonSerializer.Serialize(
        new { Seconds = document.Time.TotalSeconds, document.Seed, document.Began, document.Machine, Cells = document.Results.Select(Row), Misses = document.Misses }, Options);

    private static object Row(CellResult result) => new
    {
        Strategy = result.Cell.Strategy.Name,
        Upstream = result.Cell.Upstream.Name,
        Demand = result.Cell.Demand.ToString().ToLowerInvariant(),
        result.Cell.Processes,
        result.Ok,
        result.Theoretical,
        Utilisation = Math.Round(result.Utilisation, 4),
        result.Status429,
        result.Wasted,
        result.Failed,
        P50WaitMilliseconds = result.P50,
        P99WaitMilliseconds = result.P99,
        Fairness = result.Jain is { } jain ? Math.Round(jain, 4) : (double?)null,
        KeyDeviation = result.KeyDeviation is { } deviation ? Math.Round(deviation, 4) : (double?)null,
    };
}
