using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;
using RateLimited.Http.Arena.Cells;
using RateLimited.Http.Arena.Clients;
using RateLimited.Http.Arena.Demand;
using RateLimited.Http.Arena.Reports;
using RateLimited.Http.Arena.Upstreams;

namespace RateLimited.Http.Arena;

/// <summary>The command line: which cells, for how long, and in what form.</summary>
internal static class ArenaCommand
{
    private const int BadInput = 2;

    private static readonly Option<double> Seconds = new("--seconds") { Description = "How long each cell runs, 2 to 600.", DefaultValueFactory = static _ => 8 };
    private static readonly Option<int> Seed = new("--seed") { Description = "What demand and latencies are drawn from: the same for all strategies.", DefaultValueFactory = static _ => 1 };
    private static readonly Option<bool> Json = new("--json") { Description = "Writes one JSON document instead of the table." };
    private static readonly Option<string?> Html = new("--html") { Description = "Writes a report with charts to this file as well: one file, which loads nothing." };
    private static readonly Option<bool> Check = new("--check") { Description = "Ends with exit code 1 when ours misses what it must reach." };
    private static readonly Option<string[]> Strategies = Some("--strategy", "strategies", Strategy.All.Select(static strategy => strategy.Name));
    private static readonly Option<string[]> Upstreams = Some("--upstream", "upstreams", UpstreamList.All.Select(static upstream => upstream.Name));
    private static readonly Option<string[]> Demands = Some("--demand", "demands", Enum.GetNames<DemandKind>().Select(static demand => demand.ToLowerInvariant()));
    private static readonly Option<string[]> Processes = Some("--processes", "numbers of processes", ["1", "4"]);

    /// <returns>0; 1 when ours misses something and that was asked for, or the run failed; 2 when what was asked for cannot be.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Every client strategy at every upstream, over real HTTP on this machine.") { Seconds, Seed, Json, Html, Check, Strategies, Upstreams, Demands, Processes };
        Seconds.Validators.Add(static given =>
        {
            // Before the library converts it: what it says of a text that is no number is an exception here.
            if (given.Tokens is [var only] && !(double.TryParse(only.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 2 and <= 600))
            {
                given.AddError($"--seconds: '{only.Value}' must be a number from 2 to 600.");
            }
        });
        root.SetAction(static (given, _) => RunAsync(given));
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            await Console.Error.WriteLineAsync($"arena: {parsed.Errors[^1].Message.ReplaceLineEndings(" ").Replace('\t', ' ')}");
            return BadInput;
        }

        return await parsed.InvokeAsync();
    }

    private static async Task<int> RunAsync(ParseResult given)
    {
        if (CellsOf(given) is not { Length: > 0 } cells)
        {
            await Console.Error.WriteLineAsync("arena: there is no such cell: upstreams with several keys are called from one process.");
            return BadInput;
        }

        var (time, seed) = (TimeSpan.FromSeconds(given.GetValue(Seconds)), given.GetValue(Seed));
        var began = TimeProvider.System.GetUtcNow();
        try
        {
            using var run = new ArenaRun(time, seed, static line => Console.Error.WriteLine(line));
            var document = new ArenaDocument(time, seed, began, await run.RunAsync(cells));
            if (given.GetValue(Html) is { } file)
            {
                await File.WriteAllTextAsync(file, HtmlReport.Of(document));
            }

            if (given.GetValue(Json))
            {
                Console.WriteLine(JsonReport.Of(document));
            }
            else
            {
                TableReport.Write(document);
            }

            return given.GetValue(Check) && document.Misses.Any() ? 1 : 0;
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"arena: {fault.Message}");
            return 1;
        }
    }

    private static Cell[] CellsOf(ParseResult given)
    {
        var cells = from processes in given.GetValue(Processes)!
                    from demand in given.GetValue(Demands)!
                    from upstream in UpstreamList.All
                    where given.GetValue(Upstreams)!.Contains(upstream.Name, StringComparer.Ordinal)
                    from strategy in Strategy.All
                    where given.GetValue(Strategies)!.Contains(strategy.Name, StringComparer.Ordinal)
                    where processes == "1" || upstream.IsForSeveralProcesses
                    select new Cell(0, strategy, upstream, Enum.Parse<DemandKind>(demand, ignoreCase: true), processes == "4" ? 4 : 1);
        return [.. cells.Index().Select(static cell => cell.Item with { Number = cell.Index })];
    }

    private static Option<string[]> Some(string name, string what, IEnumerable<string> all)
    {
        string[] values = [.. all];
        var option = new Option<string[]>(name) { Description = $"Only these {what}; all by default.", DefaultValueFactory = _ => values, AllowMultipleArgumentsPerToken = true };
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
