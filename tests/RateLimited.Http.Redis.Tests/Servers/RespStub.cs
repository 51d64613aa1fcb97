using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RateLimited.Http.Redis.Tests.Servers;

/// <summary>A server that speaks enough of Redis's protocol for a client to take it for one, and answers scripts with the error that a test wants: those that real servers do not give on demand.</summary>
internal sealed class RespStub : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private int _scripts;

    public RespStub()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>What scripts are answered with, without the dash before it.</summary>
    public string Error { get; set; } = "ERR nothing was set";

    /// <summary>How many scripts were asked to run.</summary>
    public int Scripts => Volatile.Read(ref _scripts);

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                await using var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.Latin1);
                while (await ReadAsync(reader) is { Length: > 0 } command)
                {
                    await stream.WriteAsync(Encoding.Latin1.GetBytes(AnswerTo(command)), _stop.Token);
                }
            }
            catch (Exception ended) when (ended is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The client has gone.
            }
        }
    }

    private async Task<string[]?> ReadAsync(StreamReader reader)
    {
        if (await reader.ReadLineAsync(_stop.Token) is not { } header)
        {
            return null;
        }

        var words = new string[int.Parse(header.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture)];
        for (var i = 0; i < words.Length; i++)
        {
            var length = int.Parse((await reader.ReadLineAsync(_stop.Token))!.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);
            var word = new char[length + 2];
            await reader.ReadBlockAsync(word, _stop.Token);
            words[i] = new string(word, 0, length);
        }

        return words;
    }

    private string AnswerTo(string[] command)
    {
        switch (command[0].ToUpperInvariant())
        {
            case "EVAL" or "EVALSHA":
                Interlocked.Increment(ref _scripts);
                return $"-{Error}\r\n";
            case "SCRIPT":
                return Bulk(new string('0', 40));
            case "PING":
                return "+PONG\r\n";
            case "ECHO":
                return Bulk(command[1]);
            case "INFO":
                return Bulk("# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n# Replication\r\nrole:master\r\n");
            case "CONFIG":
                return "*0\r\n";
            case "GET":
                return "$-1\r\n";
            case "SUBSCRIBE":
                return $"*3\r\n{Bulk("subscribe")}{Bulk(command[1])}:1\r\n";
            case "CLIENT" or "SELECT" or "AUTH":
                return "+OK\r\n";
            default:
                return $"-ERR unknown command '{command[0]}'\r\n";
        }
    }

    private static string Bulk(string text) => $"${text.Length}\r\n{text}\r\n";
}
