using System.Text.Json;
using RateLimited.Http.Arena.Cells;

namespace RateLimited.Http.Arena.Workers;

/// <summary>One of the arena's processes: the clients live in it. It reads orders from its standard input and answers on its standard output, a line each; it ends when its input does.</summary>
internal static class Worker
{
    /// <summary>The argument that makes the program one.</summary>
    public const string Verb = "worker";

    /// <summary>The answer to an order to prepare.</summary>
    public const string Ready = "ready";

    public static async Task RunAsync(TextReader orders, TextWriter answers, TimeProvider time)
    {
        List<CellRun> runs = [];
        while (await orders.ReadLineAsync() is { } line)
        {
            var order = JsonSerializer.Deserialize<WorkerOrder>(line)!;
            if (order.Prepare is { } cells)
            {
                runs.ForEach(static run => run.Dispose());
                runs = [.. cells.Select(cell => new CellRun(cell, order.Seed, time))];
                await Task.WhenAll(runs.Select(static run => run.ConnectAsync(CancellationToken.None)));
                await answers.WriteLineAsync(Ready);
            }
            else
            {
                using var timeIsUp = new CancellationTokenSource(order.Time, time);
                CellShare[] shares = await Task.WhenAll(runs.Select(run => run.RunAsync(order.Time, timeIsUp.Token)));
                await answers.WriteLineAsync(JsonSerializer.Serialize(shares));
            }

            await answers.FlushAsync();
        }

        runs.ForEach(static run => run.Dispose());
    }
}
