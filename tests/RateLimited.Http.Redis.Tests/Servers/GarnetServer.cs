using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Redis.Tests.Servers;

/// <summary>A garnet-server of our own, with scripts switched on that run undivided, which is not its default: the second server that the script must mean the same to. It is a local tool of this repository.</summary>
public sealed class GarnetServer : IDisposable
{
    private const string HowToGetIt = "The tests need garnet-server, which is among this repository's tools: dotnet tool restore. ./test.sh does it.";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;

    public GarnetServer()
    {
        Port = RedisServer.FreePort();
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root };
        string[] arguments = ["tool", "run", "garnet-server", "--", "--port", $"{Port}", "--bind", "127.0.0.1", "--lua", "true", "--lua-transaction-mode", "true", "--memory", "64m", "--index", "8m", "--no-pubsub", "false"];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var began = Stopwatch.GetTimestamp(); !IsListening(); Thread.Sleep(50))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new Xunit.Sdk.XunitException(HowToGetIt);
            }
        }
    }

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port}";

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private bool IsListening()
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
