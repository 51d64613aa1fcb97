using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace RateLimited.Http.Redis.Tests.Servers;

/// <summary>Stands between a client and a server and spoils what passes, in the words of toxiproxy: latency, black hole, reset. Changes take effect at once, for connections that stand too.</summary>
internal sealed class FaultProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<TcpClient, bool> _clients = new();
    private readonly int _target;
    private int _passed;

    public FaultProxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>How long what passes takes, each way.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>Whether what comes disappears, without a word to anybody.</summary>
    public bool IsBlackHole { get; set; }

    /// <summary>Whether the next answer is lost together with its connection.</summary>
    public bool LosesNextAnswer { get; set; }

    /// <summary>How many connections were made.</summary>
    public int Connections => Volatile.Read(ref _passed);

    /// <summary>Cuts every connection, with a reset.</summary>
    public void Reset()
    {
        foreach (var client in _clients.Keys)
        {
            Cut(client);
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        Reset();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = ServeAsync(client);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        var server = new TcpClient();
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            Interlocked.Increment(ref _passed);
            (client.NoDelay, server.NoDelay) = (true, true);
            (_clients[client], _clients[server]) = (true, true);
            await Task.WhenAny(PassAsync(client, server, isAnswer: false), PassAsync(server, client, isAnswer: true));
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException)
        {
            // The server is not there.
        }
        finally
        {
            Cut(client);
            Cut(server);
            _clients.TryRemove(client, out _);
            _clients.TryRemove(server, out _);
        }
    }

    private async Task PassAsync(TcpClient from, TcpClient to, bool isAnswer)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _stop.Token) is > 0 and var read)
            {
                if (isAnswer && LosesNextAnswer)
                {
                    LosesNextAnswer = false;
                    return;
                }

                if (Latency > TimeSpan.Zero)
                {
                    await Task.Delay(Latency, TimeProvider.System, _stop.Token);
                }

                if (!IsBlackHole)
                {
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _stop.Token);
                }
            }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The other side has gone.
        }
    }

    private static void Cut(TcpClient client)
    {
        try
        {
            client.Client?.Close(0);
        }
        catch (ObjectDisposedException)
        {
            // Cut before.
        }
    }
}
