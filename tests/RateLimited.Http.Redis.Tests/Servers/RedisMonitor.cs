using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RateLimited.Http.Redis.Tests.Servers;

/// <summary>Listens to every command that a server is given, by <c>MONITOR</c>.</summary>
internal sealed class RedisMonitor : IAsyncDisposable
{
    private readonly TcpClient _client;
    private readonly StringBuilder _heard = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _listening;

    private RedisMonitor(TcpClient client)
    {
        _client = client;
        _listening = ListenAsync();
    }

    public string Heard
    {
        get
        {
            lock (_heard)
            {
                return _heard.ToString();
            }
        }
    }

    public static async Task<RedisMonitor> StartAsync(RedisServer server, string password)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"AUTH {password}\r\nMONITOR\r\n"));
        var monitor = new RedisMonitor(client);
        await Eventually.Holds(() => monitor.Heard.Split("+OK").Length == 3, "the server lets itself be listened to");
        return monitor;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
#pragma warning disable VSTHRD003 // It was started by this object.
        await _listening;
#pragma warning restore VSTHRD003
        _client.Dispose();
        _end.Dispose();
    }

    private async Task ListenAsync()
    {
        var buffer = new byte[4096];
        try
        {
            int read;
            while ((read = await _client.GetStream().ReadAsync(buffer, _end.Token)) > 0)
            {
                lock (_heard)
                {
                    _heard.Append(Encoding.Latin1.GetString(buffer, 0, read));
                }
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException)
        {
            // Nobody listens any more, or there is nothing to listen to.
        }
    }
}
