using System.Globalization;
using RateLimited.Http.Tool.Output;

namespace RateLimited.Http.Tool.Simulation;

/// <summary>What became of a demand, as people read it.</summary>
internal static class SimulationText
{
    public static void Write(Terminal terminal, SimulationDocument document)
    {
        terminal.Title($"{document.Service}: {document.Demand}, over {Words.Of(TimeSpan.FromSeconds(document.Duration))}, seed {document.Seed}");
        terminal.Line();
        var part = 1.0 / Math.Max(document.Requests, 1);
        terminal.Table(new Rows("requests", "#number", "#part")
            .Add("came", Words.Of(document.Requests), string.Empty)
            .Add("went at once", Words.Of(document.AtOnce), Words.Percent(document.AtOnce * part))
            .Add("went after a wait", Words.Of(document.Admitted - document.AtOnce), Words.Percent((document.Admitted - document.AtOnce) * part))
            .Add("refused", Words.Of(document.Refused), Words.Percent(document.Refused * part)));
        terminal.Line();
        terminal.Line($"wait of those that went: mean {Wait(document.Wait.Mean)}, p50 {Wait(document.Wait.P50)}, p90 {Wait(document.Wait.P90)}, p99 {Wait(document.Wait.P99)}, max {Wait(document.Wait.Max)}");
        terminal.Line(document.Bottleneck is { } bottleneck ? $"bottleneck: {Terminal.Shown(bottleneck)}" : "bottleneck: none");
        terminal.Line();
        WriteLimits(terminal, document);
        WriteRefusals(terminal, document);
        WriteCosts(terminal, document);
        WriteCourse(terminal, document);
    }

    private static void WriteLimits(Terminal terminal, SimulationDocument document)
    {
        var rows = new Rows("limit", "of", "#used", "#available", "#utilisation", "#busiest", "#held up", "#refused");
        foreach (var limit in document.Limits)
        {
            rows.Add(
                Terminal.Shown(limit.Name),
                limit.Partitions == 1 ? Terminal.Shown(limit.Scope) : $"{Terminal.Shown(limit.Scope)}, {limit.Partitions} parts",
                Words.Of(limit.Used),
                limit.Available is { } available ? Words.Of(available) : "learned",
                Words.Percent(limit.Utilisation),
                limit.Partitions == 1 ? string.Empty : Words.Percent(limit.BusiestUtilisation),
                Words.Of(limit.HeldUp),
                Words.Of(limit.Refused));
        }

        if (rows.Count > 0)
        {
            terminal.Table(rows);
            terminal.Line();
        }
    }

    private static void WriteRefusals(Terminal terminal, SimulationDocument document)
    {
        if (document.Refusals.Count == 0)
        {
            return;
        }

        var rows = new Rows("refused because", "by", "#requests");
        foreach (var refusal in document.Refusals)
        {
            rows.Add(refusal.Reason, Terminal.Shown(refusal.Limit), Words.Of(refusal.Count));
        }

        terminal.Table(rows);
        terminal.Line();
    }

    private static void WriteCosts(Terminal terminal, SimulationDocument document)
    {
        foreach (var (unit, amount) in document.Costs.OrderBy(static cost => cost.Key, StringComparer.Ordinal))
        {
            terminal.Line($"cost: {Words.Of(amount)} {Terminal.Shown(unit)}");
        }

        if (document.Price is { } price)
        {
            terminal.Line($"price: {price.ToString("0.######", CultureInfo.InvariantCulture)}");
        }

        terminal.Line();
    }

    private static void WriteCourse(Terminal terminal, SimulationDocument document)
    {
        var length = document.Intervals is [var first, ..] ? TimeSpan.FromSeconds(first.Length) : TimeSpan.Zero;
        var most = document.Intervals.Select(static interval => Math.Max(interval.Requests, interval.Admitted)).DefaultIfEmpty().Max();
        var waiting = document.Intervals.Select(static interval => interval.MostWaiting).DefaultIfEmpty().Max();
        terminal.Title($"the course, {Words.Of(length)} a column");
        Line("came", static interval => interval.Requests, most);
        Line("went", static interval => interval.Admitted, most);
        Line("refused", static interval => interval.Refused, most);
        Line("waiting", static interval => interval.MostWaiting, waiting);

        void Line(string name, Func<IntervalDocument, long> value, long highest) => terminal.Line($"{name,-8}|{Words.Chart(document.Intervals.Select(value), highest)}| {Words.Of(highest)} at most");
    }

    private static string Wait(double seconds) => Words.Of(TimeSpan.FromSeconds(seconds));
}
