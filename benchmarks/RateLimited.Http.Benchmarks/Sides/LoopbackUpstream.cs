using System.Net;
using System.Net.Sockets;

namespace RateLimited.Http.Benchmarks.Sides;

/// <summary>An upstream on a free port of this machine, with a thread for each connection.</summary>
/// <remarks>Bare sockets: what an upstream costs itself is on both sides of a comparison, and is to be small in it.</remarks>
internal sealed class LoopbackUpstream : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, port: 0);
    private readonly Action<Socket> _serve;

    /// <param name="serve">Answers on one connection, until it is closed.</param>
    public LoopbackUpstream(Action<Socket> serve)
    {
        _serve = serve;
        _listener.Start();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}/v1/");

    public void Dispose() => _listener.Dispose();

    private void Accept()
    {
        try
        {
            while (true)
            {
                var client = _listener.AcceptSocket();
                new Thread(() => Serve(client)) { IsBackground = true }.Start();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It was disposed.
        }
    }

    private void Serve(Socket client)
    {
        using (client)
        {
            client.NoDelay = true;
            try
            {
                _serve(client);
            }
            catch (SocketException)
            {
                // Whoever asked has gone.
            }
        }
    }
}
