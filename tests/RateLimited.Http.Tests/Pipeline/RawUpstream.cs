using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>
/// An upstream that has every byte in its hand, on a free port of the loopback: it stalls, trickles, breaks off and resets where no server would. One conversation for each connection.
/// </summary>
internal sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<RawConversation, Task> _talk;
    private readonly Task _accepting;
    private int _requests;

    /// <param name="talk">What is said to a request whose head has come. The connection is closed after it.</param>
    public RawUpstream(Func<RawConversation, Task> talk)
    {
        _talk = talk;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>How many requests came.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>A response of HTTP/1.1 as it goes over the wire.</summary>
    public static byte[] Response(string body, params string[] headers) =>
        Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{string.Concat(headers.Select(static header => header + "\r\n"))}Content-Length: {body.Length}\r\n\r\n{body}");

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
#pragma warning disable VSTHRD003 // It was started by this object.
        await _accepting;
#pragma warning restore VSTHRD003
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var talks = new List<Task>();
        try
        {
            while (true)
            {
                talks.Add(TalkAsync(await _listener.AcceptSocketAsync(_end.Token)));
            }
        }
        catch (Exception) when (_end.IsCancellationRequested)
        {
            // A listener that is stopped says so in several ways.
        }

        await Task.WhenAll(talks);
    }

    private async Task TalkAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                var conversation = new RawConversation(socket, _end.Token);
                await conversation.HearHeadAsync();
                Interlocked.Increment(ref _requests);
                await _talk(conversation);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
            {
                // The client has gone, or the test is over.
            }
        }
    }
}

/// <summary>One connection of a <see cref="RawUpstream"/>.</summary>
internal sealed class RawConversation(Socket socket, CancellationToken ended)
{
    /// <summary>Is cancelled when the upstream ends.</summary>
    public CancellationToken Ended => ended;

    public async Task HearHeadAsync()
    {
        var head = new StringBuilder();
        var buffer = new byte[1024];
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(buffer, ended);
            if (read == 0)
            {
                throw new IOException("The client has hung up.");
            }

            head.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }
    }

    public async Task SayAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, ended)..];
        }
    }

    /// <summary>Says nothing until the client hangs up or the upstream ends.</summary>
    public async Task HoldAsync()
    {
        var buffer = new byte[16];
        while (await socket.ReceiveAsync(buffer, ended) > 0)
        {
        }
    }

    /// <summary>Ends the connection with a reset in place of an end.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
    }
}
