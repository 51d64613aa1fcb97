using RateLimited.Http.Arena.Upstreams;

namespace RateLimited.Http.Arena.Demand;

/// <summary>What one process is asked for in a cell: by the seed, the upstream and the kind of demand alone, so that it is the same for every strategy.</summary>
internal static class DemandPlan
{
    /// <summary>Half of all saturating callers are the first tenant's, the rest share the other half: who admits in the order of arrival gives it three times as much as the others.</summary>
    private const int Callers = 240;

    /// <summary>In each of several processes there are enough that each tenant could take its share of a whole window's quota, should that come to this process.</summary>
    private const int CallersOfOneOfSeveral = 168;

    private const int Tenants = 4;

    /// <summary>Who of several is asked is drawn from so many, so that what is drawn after it is the same for fewer.</summary>
    private const int MostProcesses = 4;
    private const int Bursts = 3;
    private const double BurstOfQuota = 1.2;
    private const double SparseOfQuota = 0.2;

    /// <summary>Of the cell's time, how much there is demand for: what is asked at the very end nobody could answer in time.</summary>
    private const double AskedTime = 0.8;

    /// <summary>
    /// The callers of a process, by their tenant, when demand is saturating: in turn as long as each tenant has any, so that those who go before anybody has to wait are as many of each.
    /// </summary>
    public static IReadOnlyList<string> CallersOf(int processes)
    {
        var callers = processes == 1 ? Callers : CallersOfOneOfSeveral;
        var others = callers / 2 / (Tenants - 1);
        return [.. Enumerable.Range(0, Tenants * others).Select(static caller => TenantOf(caller % Tenants)), .. Enumerable.Repeat(TenantOf(0), callers - (Tenants * others))];
    }

    /// <summary>The calls of a process in the order they come, when demand is not saturating.</summary>
    public static IReadOnlyList<Call> CallsOf(ArenaUpstream upstream, DemandKind demand, int process, int processes, TimeSpan time, int seed)
    {
        // Every process draws all calls and takes its own: together they are the same however many there are.
        var random = RandomOf(upstream, seed);
        var calls = new List<Call>();
        if (demand == DemandKind.Bursty)
        {
            for (var burst = 0; burst < Bursts; burst++)
            {
                var (at, receiver) = (time * burst / Bursts, random.Next(MostProcesses) % processes);
                for (var i = 0; i < (int)(upstream.PerWindow * BurstOfQuota); i++)
                {
                    var call = Draw(random, at);
                    if (receiver == process)
                    {
                        calls.Add(call);
                    }
                }
            }
        }
        else
        {
            var gap = upstream.Window / (upstream.PerWindow * SparseOfQuota);
            for (var at = gap * random.NextDouble(); at < time * AskedTime; at += gap * 2 * random.NextDouble())
            {
                var (call, receiver) = (Draw(random, at), random.Next(MostProcesses) % processes);
                if (receiver == process)
                {
                    calls.Add(call);
                }
            }
        }

        return calls;
    }

    /// <summary>What a process's calls draw from while it runs.</summary>
    public static Random RandomOf(ArenaUpstream upstream, int seed) => new(HashOf(upstream.Name) ^ (seed * 7_919));

    /// <summary>A call of a tenant's, now.</summary>
    public static Call Now(Random random, string tenant) => new(TimeSpan.Zero, tenant, DrawTokens(random));

    private static Call Draw(Random random, TimeSpan at) => new(at, TenantOf(random.Next(Tenants)), DrawTokens(random));

    private static int DrawTokens(Random random) => random.Next(20, 61);

    private static string TenantOf(int number) => $"tenant-{number}";

    /// <summary>The same in every process, which a text's own hash is not.</summary>
    private static int HashOf(string text) => text.Aggregate(17, static (hash, letter) => unchecked((hash * 31) + letter));
}
