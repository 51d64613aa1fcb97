using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace RateLimited.Http.Arena.Workers;

/// <summary>The Redis that the processes of ours meet at: on a free port of this machine, with nothing on disk.</summary>
internal sealed class RedisServer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Process _process;

    private RedisServer(Process process, string address) => (_process, Address) = (process, address);

    public string Address { get; }

    /// <exception cref="IOException">There is no redis-server on this machine, or it does not answer.</exception>
    public static async Task<RedisServer> StartAsync(TimeProvider time)
    {
        var port = FreePort();
        var start = new ProcessStartInfo("redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]) { RedirectStandardOutput = true, UseShellExecute = false };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new IOException("Four processes of ours share their quota through Redis, and there is no redis-server here: install it, or run with --processes 1.", missing);
        }

        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return new RedisServer(process, $"127.0.0.1:{port}");
            }
            catch (SocketException) when (time.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), time);
            }
            catch (SocketException silent)
            {
                process.Kill();
                throw new IOException($"redis-server did not answer on port {port} within {Patience.TotalSeconds:0} s.", silent);
            }
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
