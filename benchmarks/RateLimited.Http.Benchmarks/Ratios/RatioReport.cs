using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RateLimited.Http.Benchmarks.Ratios;

/// <summary>All figures, one line each. Lines that begin otherwise than with <c>ratio </c> are for people.</summary>
internal static class RatioReport
{
    /// <summary>Those that need nothing but this process.</summary>
    public static IEnumerable<Figure> InProcess =>
        [.. AdmissionRatios.All, .. PartitionRatios.All, .. SharedRatios.All, .. LineRatios.All, .. HandlerRatios.All, .. SignalRatios.All, .. TelemetryRatios.All, .. HistoryRatios.All, .. DashboardRatios.All, .. EmbeddingRatios.All];

    /// <param name="output">Where to.</param>
    /// <param name="figures">Which.</param>
    /// <param name="only">Beginnings of names; none means all.</param>
    public static async Task<int> RunAsync(TextWriter output, IEnumerable<Figure> figures, IReadOnlyList<string> only)
    {
        var start = Stopwatch.GetTimestamp();
        await output.WriteLineAsync(FormattableString.Invariant(
            $"# {Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}"));
        await output.WriteLineAsync("# ours and the peer by turns in one process; ns for one operation unless the name says otherwise; bytes: what ours allocates");
        var missed = new List<string>();
        foreach (var figure in figures.Where(figure => only.Count == 0 || only.Any(name => figure.Name.StartsWith(name, StringComparison.Ordinal))))
        {
            var ratio = figure.Measure(figure.Name);
            await output.WriteLineAsync(ratio.ToString());
            if (figure.Target.Text.Length > 0)
            {
                var isMet = figure.Target.IsMet(ratio);
                await output.WriteLineAsync($"  target {figure.Target.Text}: {(isMet ? "met" : "MISSED")}");
                if (!isMet)
                {
                    missed.Add(figure.Name);
                }
            }

            await output.FlushAsync();
        }

        await output.WriteLineAsync(FormattableString.Invariant($"# {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s; missed: {(missed.Count == 0 ? "none" : string.Join(", ", missed))}"));
        return 0;
    }
}
