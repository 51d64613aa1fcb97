using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RateLimited.Http.Alerts.Tests.Sinks;

/// <summary>A mail server on this machine, as small as the protocol allows (RFC 5321): it takes mail, refuses what a test says, or falls silent.</summary>
internal sealed class SmtpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentQueue<string> _mails = new();
    private readonly ConcurrentQueue<string> _commands = new();
    private readonly ConcurrentBag<Task> _sessions = [];
    private readonly Task _accepting;
    private int _silenced;

    public SmtpServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections it has fallen silent on.</summary>
    public int Silenced => Volatile.Read(ref _silenced);

    /// <summary>What is answered to a command that begins with this, in place of what is usual; to a mail under a dot.</summary>
    public ConcurrentDictionary<string, string> Answers { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether it accepts connections and says nothing.</summary>
    public bool IsSilent { get; set; }

    /// <summary>The mails it took, headers and all.</summary>
    public IReadOnlyList<string> Mails => [.. _mails];

    /// <summary>What it was told besides the mails.</summary>
    public IReadOnlyList<string> Commands => [.. _commands];

    public async ValueTask DisposeAsync()
    {
        if (_ended.IsCancellationRequested)
        {
            return;
        }

        await _ended.CancelAsync();
        _listener.Stop();
#pragma warning disable VSTHRD003 // Tests have no context to lock.
        await Task.WhenAll([_accepting, .. _sessions]).ContinueWith(static _ => { }, TaskScheduler.Default);
#pragma warning restore VSTHRD003
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_ended.Token);
            _sessions.Add(TalkAsync(client));
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using (client)
        {
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.UTF8);
            await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true, NewLine = "\r\n" };
            if (IsSilent)
            {
                Interlocked.Increment(ref _silenced);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _ended.Token);
            }

            await writer.WriteLineAsync("220 loopback ESMTP");
            while (await reader.ReadLineAsync(_ended.Token) is { } command)
            {
                _commands.Enqueue(command);
                var verb = command.Split(' ')[0].ToUpperInvariant();
                if (Answers.TryGetValue(verb, out var answer))
                {
                    await writer.WriteLineAsync(answer);
                }
                else if (verb == "DATA")
                {
                    await writer.WriteLineAsync("354 go on");
                    _mails.Enqueue(await ReadMailAsync(reader));
                    await writer.WriteLineAsync(Answers.GetValueOrDefault(".", "250 taken"));
                }
                else
                {
                    await writer.WriteLineAsync(verb switch
                    {
                        "EHLO" => "250-loopback\r\n250-8BITMIME\r\n250 AUTH PLAIN",
                        "AUTH" => "235 welcome",
                        "QUIT" => "221 bye",
                        _ => "250 ok",
                    });
                }

                if (verb == "QUIT")
                {
                    return;
                }
            }
        }
    }

    private async Task<string> ReadMailAsync(StreamReader reader)
    {
        var mail = new StringBuilder();
        while (await reader.ReadLineAsync(_ended.Token) is { } line && line != ".")
        {
            // Who begins a line with a dot doubles it.
            mail.Append(line.StartsWith("..", StringComparison.Ordinal) ? line[1..] : line).Append('\n');
        }

        return mail.ToString();
    }
}
