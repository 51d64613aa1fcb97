using System.Diagnostics;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Servers;

/// <summary>A redis-sentinel of our own that watches one primary, alone, and replaces it half a second after it has fallen silent.</summary>
internal sealed class RedisSentinel : IDisposable
{
    private const string HowToGetIt = "The tests need redis-sentinel. As root: apt-get update && apt-get install --yes redis-sentinel. ./test.sh does it.";
    private const string Watched = "limits";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sentinel");
    private readonly Process _process;
    private readonly int _port = RedisServer.FreePort();

    public RedisSentinel(int primary)
    {
        var configuration = Path.Combine(_directory.FullName, "sentinel.conf");
        File.WriteAllLines(
            configuration,
            [
                $"port {_port}", "bind 127.0.0.1", $"dir {_directory.FullName}", $"sentinel monitor {Watched} 127.0.0.1 {primary} 1", $"sentinel down-after-milliseconds {Watched} 500",
                $"sentinel failover-timeout {Watched} 3000",
            ]);
        try
        {
            _process = Process.Start(new ProcessStartInfo("redis-sentinel", [configuration]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new Xunit.Sdk.XunitException(HowToGetIt, missing);
        }

        _process.BeginOutputReadLine();
    }

    /// <summary>Waits until it knows who could take the primary's place.</summary>
    public async Task KnowsReplicaAsync()
    {
        var options = new ConfigurationOptions { EndPoints = { { "127.0.0.1", _port } }, AbortOnConnectFail = false, CommandMap = CommandMap.Sentinel, TieBreaker = string.Empty };
        using var admin = await ConnectionMultiplexer.ConnectAsync(options);
        await Eventually.Holds(() => IsKnown(admin), "the sentinel knows the replica");
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    private bool IsKnown(ConnectionMultiplexer admin)
    {
        try
        {
            return admin.GetServer("127.0.0.1", _port).SentinelSlaves(Watched).Length > 0;
        }
        catch (RedisException)
        {
            return false;
        }
    }
}
