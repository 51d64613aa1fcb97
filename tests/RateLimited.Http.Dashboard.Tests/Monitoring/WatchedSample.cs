using System.Diagnostics;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Dashboard.Tests.Monitoring;

/// <summary>samples/Watched as its users run it, on a free port of the loopback.</summary>
internal sealed class WatchedSample : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly Process _process;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WatchedSample(Process process) => _process = process;

    /// <param name="redis">The address of a Redis.</param>
    public static WatchedSample Start(string redis)
    {
        // It was built beside this test, in the same configuration.
        var built = Path.GetRelativePath(Repository.PathOf("tests/RateLimited.Http.Dashboard.Tests"), AppContext.BaseDirectory);
        string[] arguments = [Repository.PathOf($"samples/Watched/{built}Watched.dll"), "--urls", "http://127.0.0.1:0", "--redis", redis];
        var sample = new WatchedSample(new Process { StartInfo = new ProcessStartInfo("dotnet", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true } });
        sample.Run();
        return sample;
    }

    /// <summary>Where it listens, as soon as it does.</summary>
    public Task<Uri> AddressAsync() => _address.Task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private void Run()
    {
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException("The sample has ended."));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Hear(string? line)
    {
        if (line?.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
        {
            _address.TrySetResult(new Uri(line[(at + Listening.Length)..]));
        }
    }
}
