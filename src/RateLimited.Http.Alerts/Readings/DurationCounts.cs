namespace RateLimited.Http.Alerts.Readings;

/// <summary>How many durations fell into each of a fixed row of buckets, whose bounds grow by a fifth: a percentile is right to within that. Immutable.</summary>
internal readonly struct DurationCounts(ReadOnlyMemory<long> counts)
{
    private const double Growth = 1.2;

    /// <summary>From a tenth of a millisecond to about ten minutes.</summary>
    public const int Buckets = 87;

    /// <summary>Milliseconds up to which each bucket but the last reaches; the last has no end.</summary>
    private static readonly double[] Bounds = [.. Enumerable.Range(0, Buckets - 1).Select(static i => 0.1 * Math.Pow(Growth, i))];

    /// <summary>The bucket of a duration. It allocates nothing.</summary>
    public static int BucketOf(double milliseconds)
    {
        var at = Array.BinarySearch(Bounds, milliseconds);
        return at < 0 ? ~at : at;
    }

    /// <summary>The milliseconds that this share of all durations did not exceed, linear within a bucket; null where there were fewer than <paramref name="least"/>.</summary>
    public double? Quantile(double share, int least)
    {
        var all = 0L;
        foreach (var count in counts.Span)
        {
            all += count;
        }

        if (all == 0 || all < least)
        {
            return null;
        }

        var (wanted, seen, bucket) = (share * all, 0L, 0);
        while (bucket < Buckets - 1 && seen + counts.Span[bucket] < wanted)
        {
            seen += counts.Span[bucket++];
        }

        if (bucket == Buckets - 1)
        {
            return Bounds[^1];
        }

        var from = bucket == 0 ? 0 : Bounds[bucket - 1];
        return from + ((Bounds[bucket] - from) * (wanted - seen) / counts.Span[bucket]);
    }
}
