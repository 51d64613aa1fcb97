using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>A process of a fleet as the operating system has it: the program beside this project, which calls an upstream as fast as it may. It can be killed.</summary>
internal sealed class FleetProcess : IDisposable
{
    private const string Program = "RateLimited.Http.Redis.FleetProcess.dll";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    /// <param name="redis">Where Redis is.</param>
    /// <param name="prefix">What its keys begin with: processes of one prefix are a fleet.</param>
    /// <param name="upstream">Whom it calls.</param>
    /// <param name="service">The service as JSON.</param>
    /// <param name="leaseTimeToLive">After how long what it holds is free when it is dead.</param>
    /// <param name="callers">How many call at once.</param>
    public FleetProcess(string redis, string prefix, Uri upstream, string service, TimeSpan leaseTimeToLive, int callers)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, Program), redis, prefix, upstream.AbsoluteUri, service, leaseTimeToLive.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture), $"{callers}"];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
    }

    /// <summary>Whether it has not ended.</summary>
    public bool IsAlive => !_process.HasExited;

    /// <summary>Waits until its first call was answered.</summary>
    public async Task ReadyAsync() => (await HearAsync()).ShouldBe("ready");

    /// <summary>Lets it call in earnest.</summary>
    public async Task BeginAsync()
    {
        await _process.StandardInput.WriteLineAsync("begin");
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Lets it end. Returns what it saw.</summary>
    public async Task<Sight> EndAsync()
    {
        _process.StandardInput.Close();
        return JsonSerializer.Deserialize<Sight>(await HearAsync())!;
    }

    /// <summary>As kill -9 does it.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (IsAlive)
        {
            Kill();
        }

        _process.Dispose();
    }

    private async Task<string> HearAsync()
    {
        using var late = new CancellationTokenSource(Patience);
        return await _process.StandardOutput.ReadLineAsync(late.Token) ?? throw new IOException("A process of the fleet has ended before its time; what went wrong stands above.");
    }

    /// <summary>What a process saw: how many calls succeeded, were refused upstream and were refused on this side, and all other faults.</summary>
    internal sealed record Sight(int Ok, int Refused, int Rejected, string[] Faults);
}
