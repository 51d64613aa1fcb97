using System.Globalization;
using Quickstart.Clients;

namespace Quickstart.Display;

/// <summary>The last lines, for programs: one for each upstream, ours alone.</summary>
internal static class SummaryLines
{
    public static void Write(IEnumerable<Cell> cells)
    {
        foreach (var cell in cells.Where(cell => cell.Strategy == Strategy.Ours))
        {
            var report = cell.Report;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"summary upstream={cell.Upstream.Name} ok={report.Ok} theoretical={report.Theoretical} utilisation={100 * (report.Utilisation ?? 0):0.0}% status429={report.Refused}"));
        }
    }
}
