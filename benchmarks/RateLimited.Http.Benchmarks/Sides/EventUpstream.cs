using System.Net.Sockets;
using System.Text;

namespace RateLimited.Http.Benchmarks.Sides;

/// <summary>Streams that do not end: each event is a chunk of its own, sent as soon as there is room for it.</summary>
internal static class EventUpstream
{
    private static readonly byte[] Head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray();

    private static readonly byte[] Chunk = [.. Encoding.ASCII.GetBytes($"{EndlessEvents.Event.Length:x}\r\n"), .. EndlessEvents.Event, .. "\r\n"u8];

    public static LoopbackUpstream Start() => new(Serve);

    private static void Serve(Socket client)
    {
        var isAsked = client.Receive(new byte[16 * 1024]) > 0;
        client.Send(Head);
        while (isAsked)
        {
            client.Send(Chunk);
        }
    }
}
