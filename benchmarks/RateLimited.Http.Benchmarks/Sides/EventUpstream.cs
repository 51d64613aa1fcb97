using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RateLimited.Http.Benchmarks.Sides;

/// <summary>An upstream on this machine whose streams do not end: each event is a chunk of its own, sent as soon as there is room for it.</summary>
internal sealed class EventUpstream : IDisposable
{
    private static readonly byte[] Head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray();

    private static readonly byte[] Chunk = [.. Encoding.ASCII.GetBytes($"{EndlessEvents.Event.Length:x}\r\n"), .. EndlessEvents.Event, .. "\r\n"u8];

    private readonly TcpListener _listener = new(IPAddress.Loopback, port: 0);

    public EventUpstream()
    {
        _listener.Start();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}/v1/chat/completions");

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

    private static void Serve(Socket client)
    {
        using (client)
        {
            client.NoDelay = true;
            var request = new byte[16 * 1024];
            try
            {
                var isAsked = client.Receive(request) > 0;
                client.Send(Head);
                while (isAsked)
                {
                    client.Send(Chunk);
                }
            }
            catch (SocketException)
            {
                // Whoever read it has gone.
            }
        }
    }
}
