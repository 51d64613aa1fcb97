using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Servers;

/// <summary>A redis-server of our own: on a free port of the loopback, with nothing on disk but a directory that goes with it. It can be killed and started again on the same port.</summary>
public sealed class RedisServer : IDisposable
{
    private const string HowToGetIt = "There is no redis-server on this machine. As root: apt-get update && apt-get install --yes redis-server. ./test.sh does it.";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("redis");
    private readonly string[] _arguments;
    private Process? _process;

    /// <exception cref="IOException">There is no redis-server on this machine, or it does not answer.</exception>
    public RedisServer()
        : this([])
    {
    }

    private RedisServer(string[] arguments)
    {
        _arguments = arguments;
        Start();
    }

    /// <summary>One with settings of its own.</summary>
    public static RedisServer With(params string[] arguments) => new(arguments);

    public int Port { get; } = FreePort();

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>How to connect: at once, failing soon, without other configuration.</summary>
    public ConfigurationOptions Options => new()
    {
        EndPoints = { { "127.0.0.1", Port } },
        AbortOnConnectFail = false,
        AllowAdmin = true,
        ConnectTimeout = 2_000,
        SyncTimeout = 20_000,
    };

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Start()
    {
        var start = new ProcessStartInfo("redis-server") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments = ["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _directory.FullName, .. _arguments];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            _process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new IOException(HowToGetIt, missing);
        }

        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        AwaitPort();
    }

    /// <summary>As kill -9 does it: nothing is said to anybody.</summary>
    public void Kill()
    {
        _process?.Kill(entireProcessTree: true);
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        Kill();
        _directory.Delete(recursive: true);
    }

    private void AwaitPort()
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Patience;)
        {
            try
            {
                using var client = new TcpClient();
                client.Connect(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException)
            {
                Thread.Sleep(5);
            }
        }

        throw new IOException($"redis-server did not listen on port {Port} within {Patience}.");
    }
}
