namespace RateLimited.Http.Dashboard.Metrics;

/// <summary>One series: the sum of a counter, the last value of a gauge, or the buckets of a histogram. Thread-safe.</summary>
/// <param name="tags">Its tags.</param>
/// <param name="bounds">The upper bounds of its buckets; none for what is no histogram.</param>
internal sealed class MetricSeries(KeyValuePair<string, object?>[] tags, double[] bounds)
{
    private readonly long[] _buckets = new long[bounds.Length + 1];
    private double _sum;

    public IReadOnlyList<KeyValuePair<string, object?>> Tags => tags;

    public double Value => Volatile.Read(ref _sum);

    /// <summary>How many values fell into each bucket, the last of which has no bound.</summary>
    public long[] Buckets => [.. _buckets.Select((_, i) => Interlocked.Read(ref _buckets[i]))];

    public void Add(double value)
    {
        double before;
        do
        {
            before = Volatile.Read(ref _sum);
        }
        while (Interlocked.CompareExchange(ref _sum, before + value, before) != before);
        if (bounds.Length > 0)
        {
            var bucket = 0;
            while (bucket < bounds.Length && value > bounds[bucket])
            {
                bucket++;
            }

            Interlocked.Increment(ref _buckets[bucket]);
        }
    }

    public void Set(double value) => Volatile.Write(ref _sum, value);

    public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> others)
    {
        if (others.Length != tags.Length)
        {
            return false;
        }

        for (var i = 0; i < others.Length; i++)
        {
            // Names and values are mostly the very same objects.
            if (!string.Equals(tags[i].Key, others[i].Key, StringComparison.Ordinal) || (!ReferenceEquals(tags[i].Value, others[i].Value) && !Equals(tags[i].Value, others[i].Value)))
            {
                return false;
            }
        }

        return true;
    }

    public object? this[string tag] => Array.Find(tags, pair => string.Equals(pair.Key, tag, StringComparison.Ordinal)).Value;
}
