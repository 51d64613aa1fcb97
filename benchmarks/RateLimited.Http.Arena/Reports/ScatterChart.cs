using System.Globalization;
using System.Text;
using RateLimited.Http.Arena.Cells;

namespace RateLimited.Http.Arena.Reports;

/// <summary>A chart of cells: to the right what was used of what could be had, upwards how many of the requests that reached the upstream were for nothing. Below on the right is where to be.</summary>
internal static class ScatterChart
{
    private const int Width = 760;
    private const int Height = 300;
    private const int Left = 60;
    private const int Bottom = 40;
    private const int Steps = 5;

    public static string Of(IReadOnlyList<CellResult> results)
    {
        var chart = new StringBuilder();
        chart.Append(CultureInfo.InvariantCulture, $"<figure><svg viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" role=\"img\" aria-label=\"Share of requests for nothing over share of quota used\">\n");
        for (var step = 0; step <= Steps; step++)
        {
            var share = (double)step / Steps;
            chart.Append(CultureInfo.InvariantCulture, $"<path d=\"M{X(share):0} {Y(0):0}V{Y(1):0}M{X(0):0} {Y(share):0}H{X(1):0}\" stroke=\"#e3e6eb\"/>");
            chart.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(share):0}\" y=\"{Height - 22}\" text-anchor=\"middle\">{share:0%}</text><text x=\"{Left - 8}\" y=\"{Y(share) + 4:0}\" text-anchor=\"end\">{share:0%}</text>\n");
        }

        // Ours last, so that nobody hides it.
        foreach (var result in results.OrderBy(static result => result.Cell.Strategy.IsOurs))
        {
            var (cell, wasted) = (result.Cell, WastedShare(result));
            chart.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{X(Math.Clamp(result.Utilisation, 0, 1)):0.0}\" cy=\"{Y(wasted):0.0}\" r=\"{(cell.Strategy.IsOurs ? 6 : 4.5)}\" fill=\"{Colours.Of(cell.Strategy)}\" fill-opacity=\".8\">");
            chart.Append(CultureInfo.InvariantCulture, $"<title>{cell.Strategy.Name} at {cell.Upstream.Name}: {Figures.Percent(result.Utilisation)} used, {result.Status429} refused</title></circle>\n");
        }

        chart.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width) / 2}\" y=\"{Height - 4}\" text-anchor=\"middle\">used of what could be had</text></svg>");
        return chart.Append("<figcaption>Upwards: how many of the requests that reached the upstream were for nothing. Each point is a cell; its name shows where the mouse rests.</figcaption></figure>\n").ToString();
    }

    private static double WastedShare(CellResult result)
    {
        // In the limit's unit ok may be tokens: wasted requests are compared with all that reached the upstream, which are the successful calls and the wasted ones.
        var reached = result.Wasted + result.Succeeded;
        return reached == 0 ? 0 : (double)result.Wasted / reached;
    }

    private static double X(double share) => Left + (share * (Width - Left - 20));

    private static double Y(double share) => Height - Bottom - (share * (Height - Bottom - 15));
}
