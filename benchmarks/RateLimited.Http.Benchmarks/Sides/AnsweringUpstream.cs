using System.Net.Sockets;

namespace RateLimited.Http.Benchmarks.Sides;

/// <summary>Answers every request at once, with next to nothing.</summary>
internal static class AnsweringUpstream
{
    private static readonly byte[] Answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray();

    public static LoopbackUpstream Start() => new(Serve);

    private static void Serve(Socket client)
    {
        var asked = new byte[16 * 1024];
        while (client.Receive(asked) > 0)
        {
            client.Send(Answer);
        }
    }
}
