using System.Runtime.InteropServices;
using RateLimited.Http.Arena.Cells;

namespace RateLimited.Http.Arena.Reports;

/// <summary>A whole run.</summary>
internal sealed record ArenaDocument(TimeSpan Time, int Seed, DateTimeOffset Began, IReadOnlyList<CellResult> Results)
{
    /// <summary>What ours misses of what it must reach.</summary>
    public IEnumerable<string> Misses => Results.SelectMany(Targets.MissedBy);

    /// <summary>What it ran on.</summary>
    public string Machine { get; } = $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    public string Seconds => Time.TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
