using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Servers;

/// <summary>Three primaries that share the slots between them, on this machine.</summary>
internal sealed class RedisCluster : IDisposable
{
    private const int Slots = 16_384;

    private readonly RedisServer[] _nodes;
    private readonly int[] _buses;
    private readonly ConnectionMultiplexer[] _admins;

    private RedisCluster()
    {
        _buses = [.. Enumerable.Range(0, 3).Select(static _ => RedisServer.FreePort())];
        _nodes = [.. _buses.Select(static bus => RedisServer.With("--cluster-enabled", "yes", "--cluster-port", $"{bus}", "--cluster-require-full-coverage", "yes"))];
        _admins = [.. _nodes.Select(static node => ConnectionMultiplexer.Connect(node.Options))];
    }

    /// <summary>Where clients begin to look.</summary>
    public string Address => string.Join(',', _nodes.Select(static node => node.Address));

    public static async Task<RedisCluster> StartAsync()
    {
        var cluster = new RedisCluster();
        for (var i = 0; i < 3; i++)
        {
            await cluster.RunAsync(i, "CLUSTER", "ADDSLOTSRANGE", $"{Slots * i / 3}", $"{(Slots * (i + 1) / 3) - 1}");
            await cluster.RunAsync(i, "CLUSTER", "SET-CONFIG-EPOCH", $"{i + 1}");
        }

        for (var i = 1; i < 3; i++)
        {
            await cluster.RunAsync(0, "CLUSTER", "MEET", "127.0.0.1", $"{cluster._nodes[i].Port}", $"{cluster._buses[i]}");
        }

        await Eventually.Holds(
            () => Enumerable.Range(0, 3).All(node => ((string)cluster._admins[node].GetDatabase().Execute("CLUSTER", "INFO"))!.Contains("cluster_state:ok", StringComparison.Ordinal)),
            "the cluster is whole");
        return cluster;
    }

    /// <summary>Moves the slot of a key from the node that has it to the next, with all that is in it.</summary>
    public async Task MoveAsync(string key)
    {
        var slot = (string)(await RunAsync(0, "CLUSTER", "KEYSLOT", key))!;
        var number = int.Parse(slot, System.Globalization.CultureInfo.InvariantCulture);
        var from = Enumerable.Range(0, 3).First(i => number < Slots * (i + 1) / 3);
        var owners = await Task.WhenAll(Enumerable.Range(0, 3).Select(async node => (string)(await RunAsync(node, "CLUSTER", "MYID"))!));
        from = await OwnerAsync(slot, owners, from);
        var to = (from + 1) % 3;
        await RunAsync(to, "CLUSTER", "SETSLOT", slot, "IMPORTING", owners[from]);
        await RunAsync(from, "CLUSTER", "SETSLOT", slot, "MIGRATING", owners[to]);
        while (((RedisResult[])(await RunAsync(from, "CLUSTER", "GETKEYSINSLOT", slot, "100"))!) is { Length: > 0 } keys)
        {
            await RunAsync(from, ["MIGRATE", "127.0.0.1", $"{_nodes[to].Port}", "", "0", "5000", "KEYS", .. keys.Select(static each => (string)each!)]);
        }

        foreach (var node in (int[])[to, from, 3 - to - from])
        {
            await RunAsync(node, "CLUSTER", "SETSLOT", slot, "NODE", owners[to]);
        }
    }

    public void Dispose()
    {
        foreach (var admin in _admins)
        {
            admin.Dispose();
        }

        foreach (var node in _nodes)
        {
            node.Dispose();
        }
    }

    private async Task<int> OwnerAsync(string slot, string[] ids, int otherwise)
    {
        // The first line of a node about itself lists the slots that it has.
        for (var node = 0; node < 3; node++)
        {
            var nodes = (string)(await RunAsync(node, "CLUSTER", "NODES"))!;
            var own = nodes.Split('\n').First(line => line.StartsWith(ids[node], StringComparison.Ordinal)).Split(' ').Skip(8);
            var number = int.Parse(slot, System.Globalization.CultureInfo.InvariantCulture);
            if (own.Select(static range => range.Split('-')).Any(range => int.TryParse(range[0], out var first) && number >= first && number <= int.Parse(range[^1], System.Globalization.CultureInfo.InvariantCulture)))
            {
                return node;
            }
        }

        return otherwise;
    }

    private Task<RedisResult> RunAsync(int node, params string[] command) => _admins[node].GetDatabase().ExecuteAsync(command[0], [.. command[1..]]);
}
