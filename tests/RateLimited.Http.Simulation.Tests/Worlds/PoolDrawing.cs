using RateLimited.Http.Admission;

namespace RateLimited.Http.Simulation.Tests.Worlds;

/// <summary>Draws pools of API keys and what they change to.</summary>
internal static class PoolDrawing
{
    private const int MostKeys = 6;
    private const string Group = "org";

    /// <summary>A service with a pool, and with limits that each key has, or each group.</summary>
    public static ServiceSpec WithPool(ServiceSpec spec, SwarmPlan plan, Random random)
    {
        LimitKind[] kinds = plan.SharesQuota ? [LimitKind.Sliding, LimitKind.Bucket, LimitKind.Slots] : [LimitKind.Sliding, LimitKind.Bucket, LimitKind.FirstUse, LimitKind.Clock, LimitKind.Slots];
        var limits = Enumerable.Range(0, random.Next(1, 3)).Select(i =>
        {
            var limit = ServiceDrawing.Limit($"key limit {i}", random, PartitionBy.Key, kinds);
            return random.Next(3) == 0 && limit.Kind is LimitKind.Sliding or LimitKind.Bucket or LimitKind.FirstUse ? ServiceDrawing.InTokens(limit) : limit;
        });
        return spec with
        {
            KeyLimits = [.. limits],
            Pool = new PoolSpec([.. Enumerable.Range(1, random.Next(1, MostKeys)).Select(i => Key($"k{i}", spec, random))], (KeySelection)random.Next(5)),
        };
    }

    /// <summary>The pool with a key more, one less, another text for one, or another choice among them. There is always one.</summary>
    public static PoolSpec Rotated(PoolSpec pool, ServiceSpec spec, Random random)
    {
        var at = random.Next(pool.Keys.Count);
        return random.Next(4) switch
        {
            0 when pool.Keys.Count < MostKeys => pool with { Keys = [.. pool.Keys, Key(FreeName(pool, random), spec, random)] },
            1 when pool.Keys.Count > 1 => pool with { Keys = [.. pool.Keys.Where((_, i) => i != at)] },
            2 => pool with { Selection = (KeySelection)random.Next(5) },
            _ => pool with { Keys = [.. pool.Keys.Select((key, i) => i == at ? key with { Version = key.Version + 1, Weight = random.Next(1, 4) } : key)] },
        };
    }

    /// <summary>Whose quota a key draws on is its name's, so that it is the same when the key comes back.</summary>
    private static VirtualKey Key(string name, ServiceSpec spec, Random random) => new(name)
    {
        Group = name is "k2" or "k3" or "k7" ? Group : null,
        Weight = random.Next(3) == 0 ? random.Next(1, 4) : 1,
        IsReserved = spec.ClassLimits is not null && random.Next(4) == 0,
    };

    private static string FreeName(PoolSpec pool, Random random)
    {
        var free = Enumerable.Range(1, 9).Select(static i => $"k{i}").Where(name => pool.Keys.All(key => key.Name != name)).ToArray();
        return free[random.Next(free.Length)];
    }
}
