using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace RateLimited.Http.Benchmarks.Sides;

/// <summary>Answers each request for an embedding with the same one, at once.</summary>
internal static class EmbeddingUpstream
{
    private const int Dimensions = 1_536;

    private static readonly byte[] HeadEnd = "\r\n\r\n"u8.ToArray();

    public static byte[] Body { get; } = Encoding.UTF8.GetBytes(
        """{"object":"list","data":[{"object":"embedding","index":0,"embedding":"VECTOR"}],"model":"text-embedding-3-small","usage":{"prompt_tokens":9,"total_tokens":9}}"""
            .Replace("VECTOR", Convert.ToBase64String(new byte[Dimensions * sizeof(float)]), StringComparison.Ordinal));

    private static byte[] Answer { get; } = [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n"), .. Body];

    public static LoopbackUpstream Start() => new(Serve);

    private static void Serve(Socket client)
    {
        var request = new byte[16 * 1024];
        while (TakeOne(client, request))
        {
            client.Send(Answer);
        }
    }

    /// <summary>Receives one request to its end. Returns false where the connection is closed instead.</summary>
    private static bool TakeOne(Socket client, byte[] request)
    {
        for (var received = 0; ;)
        {
            var more = client.Receive(request.AsSpan(received));
            received += more;
            if (more == 0)
            {
                return false;
            }

            var head = request.AsSpan(0, received).IndexOf(HeadEnd);
            if (head >= 0 && received >= head + HeadEnd.Length + LengthIn(Encoding.ASCII.GetString(request, 0, head)))
            {
                return true;
            }
        }
    }

    private static int LengthIn(string head)
    {
        const string Name = "Content-Length: ";
        var line = head.Split("\r\n").First(static line => line.StartsWith(Name, StringComparison.OrdinalIgnoreCase));
        return int.Parse(line.AsSpan(Name.Length), CultureInfo.InvariantCulture);
    }
}
