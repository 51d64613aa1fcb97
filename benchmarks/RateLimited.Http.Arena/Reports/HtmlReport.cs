using System.Globalization;
using System.Net;
using System.Text;
using RateLimited.Http.Arena.Cells;
using RateLimited.Http.Arena.Clients;
using RateLimited.Http.Arena.Upstreams;

namespace RateLimited.Http.Arena.Reports;

/// <summary>The run as one page with charts: no script, nothing that is loaded.</summary>
internal static class HtmlReport
{
    private const string Style = """
        body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color:#1c2330;background:#fff}
        h1,h2{line-height:1.2} table{border-collapse:collapse;width:100%;margin:1rem 0 2rem} th,td{padding:.15rem .5rem;text-align:right;border-bottom:1px solid #e3e6eb;white-space:nowrap}
        th:first-child,td:first-child,th:nth-child(2),td:nth-child(2){text-align:left} tbody tr.first td{border-top:2px solid #9aa3b2} tr.ours td{font-weight:600} td.bad{color:#b3261e}
        .bar{width:16rem;text-align:left} .bar i{display:block;height:.7rem;border-radius:.2rem;background:var(--of)} figure{margin:1rem 0} figcaption{color:#5a6474}
        svg text{font:12px system-ui,sans-serif;fill:#5a6474} dl{display:grid;grid-template-columns:max-content auto;gap:.2rem 1rem} dd{margin:0}
        """;

    public static string Of(ArenaDocument document)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>The arena</title><style>{Style}</style></head><body>\n<h1>The arena</h1>\n");
        page.Append(CultureInfo.InvariantCulture, $"<p>Every client strategy at every upstream, over real HTTP on one machine. {document.Results.Count} cells of {document.Seconds} s, seed {document.Seed}, {document.Began:yyyy-MM-dd}, {Escaped(document.Machine)}. ");
        page.Append("Requests are 5 to 50 ms on their way before the upstream counts them. <code>dotnet run -c Release --project benchmarks/RateLimited.Http.Arena</code> runs it again; docs/arena.md says how to read it.</p>\n");
        foreach (var group in document.Results.GroupBy(static result => (result.Cell.Demand, result.Cell.Processes)))
        {
            CellResult[] results = [.. group];
            page.Append(CultureInfo.InvariantCulture, $"<h2>{group.Key.Demand} demand, {(group.Key.Processes == 1 ? "one process" : $"{group.Key.Processes} processes that share the quota")}</h2>\n");
            page.Append(ScatterChart.Of(results));
            Table(page, results);
        }

        page.Append("<h2>Strategies</h2>\n<dl>");
        foreach (var strategy in Strategy.All)
        {
            page.Append(CultureInfo.InvariantCulture, $"<dt><b style=\"color:{Colours.Of(strategy)}\">■</b> {strategy.Name}</dt><dd>{Escaped(strategy.Description)}</dd>");
        }

        page.Append("</dl>\n<h2>Upstreams</h2>\n<dl>");
        foreach (var upstream in UpstreamList.All)
        {
            page.Append(CultureInfo.InvariantCulture, $"<dt>{upstream.Name}</dt><dd>{Escaped(upstream.Description)}</dd>");
        }

        return page.Append("</dl>\n</body></html>\n").ToString();
    }

    private static void Table(StringBuilder page, CellResult[] results)
    {
        page.Append("<table><thead><tr><th>upstream</th><th>strategy</th><th class=\"bar\"></th><th>used</th><th>ok</th><th>theoretical</th><th>429</th><th>wasted</th><th>failed</th><th>p50</th><th>p99</th><th>fairness</th><th>keys</th></tr></thead><tbody>\n");
        foreach (var upstream in results.GroupBy(static result => result.Cell.Upstream.Name))
        {
            foreach (var (row, result) in upstream.Index())
            {
                var strategy = result.Cell.Strategy;
                var width = Math.Clamp(result.Utilisation, 0, 1).ToString("0.0%", CultureInfo.InvariantCulture);
                page.Append(CultureInfo.InvariantCulture, $"<tr class=\"{(row == 0 ? "first" : "")}{(strategy.IsOurs ? " ours" : "")}\"><td>{(row == 0 ? upstream.Key : "")}</td><td>{strategy.Name}</td>");
                page.Append(CultureInfo.InvariantCulture, $"<td class=\"bar\"><i style=\"width:{width};--of:{Colours.Of(strategy)}\"></i></td><td>{Figures.Percent(result.Utilisation)}</td><td>{result.Ok}</td><td>{result.Theoretical}</td>");
                page.Append(CultureInfo.InvariantCulture, $"<td{(result.Status429 > 0 ? " class=\"bad\"" : "")}>{result.Status429}</td><td>{result.Wasted}</td><td>{result.Failed}</td>");
                page.Append(CultureInfo.InvariantCulture, $"<td>{Figures.Wait(result.P50)}</td><td>{Figures.Wait(result.P99)}</td><td>{Figures.Index(result.Jain)}</td><td>{Figures.Percent(result.KeyDeviation)}</td></tr>\n");
            }
        }

        page.Append("</tbody></table>\n");
    }

    private static string Escaped(string text) => WebUtility.HtmlEncode(text);
}
