namespace RateLimited.Http.Tests.Limits.Cases;

/// <summary>When what was sent arrives: each so long after it was sent, from the shortest way to that and the spread.</summary>
internal static class Arrivals
{
    private const int Pivots = 3;

    /// <summary>Several ways on which the same requests may go, the adversary's among them: early ones slow, late ones fast, so that they bunch up.</summary>
    public static IEnumerable<List<(long Instant, long Amount)>> Of(IReadOnlyList<Ledger.Entry> sends, long shortest, long spread, int seed)
    {
        var random = new Random(seed);
        yield return Arrive(_ => random.NextInt64(spread + 1));
        yield return Arrive(_ => random.Next(2) * spread);
        for (var i = 0; i < Pivots; i++)
        {
            var pivot = random.Next(sends.Count);
            yield return Arrive(index => index <= pivot ? spread : 0);
            yield return Arrive(index => index == pivot ? 0 : spread);
            yield return Arrive(index => index == pivot ? spread : 0);
        }

        List<(long, long)> Arrive(Func<int, long> extra) =>
            [.. sends.Select((send, index) => (send.Instant + shortest + extra(index), send.Amount)).OrderBy(static arrival => arrival.Item1)];
    }

    /// <summary>The most in any half-open interval of a length.</summary>
    public static Int128 MostWithin(List<(long Instant, long Amount)> arrivals, long length)
    {
        var (most, sum, first) = (Int128.Zero, Int128.Zero, 0);
        foreach (var (instant, amount) in arrivals)
        {
            sum += amount;
            for (; instant - arrivals[first].Instant >= length; first++)
            {
                sum -= arrivals[first].Amount;
            }

            most = Int128.Max(most, sum);
        }

        return most;
    }

    /// <summary>Whether in every closed interval L there is at most <c>burst + quota / window × L</c>.</summary>
    public static bool FitBucket(List<(long Instant, long Amount)> arrivals, long quota, long window, long burst)
    {
        var (lowest, sum) = (Int128.MaxValue, Int128.Zero);
        foreach (var (instant, amount) in arrivals)
        {
            var flowed = (Int128)quota * (instant - arrivals[0].Instant);
            lowest = Int128.Min(lowest, (sum * window) - flowed);
            sum += amount;
            if ((sum * window) - flowed - lowest > (Int128)burst * window)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The most in any window that begins with the first arrival after the one before has ended.</summary>
    public static Int128 MostFromFirstUse(List<(long Instant, long Amount)> arrivals, long window)
    {
        var (most, sum, end) = (Int128.Zero, Int128.Zero, long.MinValue);
        foreach (var (instant, amount) in arrivals)
        {
            if (instant >= end)
            {
                (sum, end) = (0, instant + window);
            }

            sum += amount;
            most = Int128.Max(most, sum);
        }

        return most;
    }

    /// <summary>The most in any window of a grid.</summary>
    public static Int128 MostOnGrid(List<(long Instant, long Amount)> arrivals, Func<long, long> windowOf) =>
        arrivals.GroupBy(arrival => windowOf(arrival.Instant)).Select(static window => window.Aggregate(Int128.Zero, static (sum, arrival) => sum + arrival.Amount)).Max();
}
