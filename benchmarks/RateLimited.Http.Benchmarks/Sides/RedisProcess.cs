using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace RateLimited.Http.Benchmarks.Sides;

/// <summary>A redis-server of our own, on a free port of the loopback and with nothing on disk.</summary>
internal sealed class RedisProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    public RedisProcess()
    {
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        try
        {
            _process = Process.Start(new ProcessStartInfo("redis-server", ["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException("These figures need redis-server. As root: apt-get update && apt-get install --yes redis-server.", missing);
        }

        _process.BeginOutputReadLine();
        for (var began = Stopwatch.GetTimestamp(); !IsListening() && Stopwatch.GetElapsedTime(began) < Patience;)
        {
            Thread.Sleep(10);
        }
    }

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port}";

    public void Dispose()
    {
        _process.Kill();
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
