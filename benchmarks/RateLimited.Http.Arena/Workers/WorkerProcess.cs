using System.Diagnostics;
using System.Text.Json;
using RateLimited.Http.Arena.Cells;

namespace RateLimited.Http.Arena.Workers;

/// <summary>A worker as the arena sees it: this program once more, in a process of its own.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;

    public WorkerProcess()
    {
        // Started as "dotnet Arena.dll" or as itself: either way the same way again.
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        if (string.Equals(Path.GetFileNameWithoutExtension(Environment.ProcessPath), "dotnet", StringComparison.OrdinalIgnoreCase))
        {
            start.ArgumentList.Add(typeof(WorkerProcess).Assembly.Location);
        }

        start.ArgumentList.Add(Worker.Verb);
        _process = Process.Start(start)!;
    }

    public async Task PrepareAsync(IReadOnlyList<CellOrder> cells, int seed)
    {
        await TellAsync(new WorkerOrder { Prepare = cells, Seed = seed });
        if (await HearAsync() != Worker.Ready)
        {
            throw new IOException("A process of the arena said something else than that it is ready.");
        }
    }

    /// <summary>Lets its part of the round run, and returns what it saw.</summary>
    public async Task<IReadOnlyList<CellShare>> RunAsync(TimeSpan time)
    {
        await TellAsync(new WorkerOrder { Time = time });
        return JsonSerializer.Deserialize<CellShare[]>(await HearAsync())!;
    }

    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has gone already, and what was to be said to it with it.
        }

        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task TellAsync(WorkerOrder order)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order));
        await _process.StandardInput.FlushAsync();
    }

    private async Task<string> HearAsync() =>
        await _process.StandardOutput.ReadLineAsync() ?? throw new IOException("A process of the arena has ended before its time; what went wrong stands above.");
}
