namespace RateLimited.Http.Limits.Learning;

/// <summary>
/// What the last windows of a <see cref="VegasLimit"/> had under way, got done and took, and whether more under way still gets more done: the vetoes of failsafe-go's adaptive limiter.
/// </summary>
internal sealed class LoadHistory
{
    private const int Windows = 20;
    private const int Fewest = 8;

    /// <summary>How far what was under way must have spread around its mean to show anything.</summary>
    private const double LeastSpread = 0.05;

    /// <summary>What one takes on the heap.</summary>
    public static readonly long Bytes = ManagedSize.Object((3 * ManagedSize.Reference) + sizeof(int)) + (3 * ManagedSize.Array(Windows, sizeof(double)));

    private readonly double[] _inFlight = new double[Windows];
    private readonly double[] _throughput = new double[Windows];
    private readonly double[] _latency = new double[Windows];
    private int _count;

    public void Add(double inFlight, double throughput, double latency)
    {
        var next = _count++ % Windows;
        (_inFlight[next], _throughput[next], _latency[next]) = (inFlight, throughput, latency);
    }

    public void Clear() => _count = 0;

    /// <summary>
    /// Less gets done with more under way; or hardly more, while it takes longer: the upstream is past its best, however short the queue seems.
    /// </summary>
    public bool Vetoes()
    {
        var count = Math.Min(_count, Windows);
        if (count < Fewest)
        {
            return false;
        }

        var inFlight = _inFlight.AsSpan(0, count);
        if (Variation(inFlight) < LeastSpread)
        {
            return false;
        }

        var done = _throughput.AsSpan(0, count);
        var gain = Correlation(inFlight, done);
        var wait = Correlation(inFlight, _latency.AsSpan(0, count));
        return (gain < 0 && wait > 0) || (wait > 0.5 && (gain < 0.3 || Variation(done) < 0.2 * Variation(inFlight)));
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        var sum = 0d;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }

    /// <summary>The standard deviation as a part of the mean.</summary>
    private static double Variation(ReadOnlySpan<double> values)
    {
        var mean = Mean(values);
        return mean > 0 ? Math.Sqrt(Covariance(values, values)) / mean : 0;
    }

    /// <summary>Zero where either does not vary.</summary>
    private static double Correlation(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var spread = Math.Sqrt(Covariance(a, a)) * Math.Sqrt(Covariance(b, b));
        return spread > 0 ? Covariance(a, b) / spread : 0;
    }

    private static double Covariance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var (meanOfA, meanOfB, sum) = (Mean(a), Mean(b), 0d);
        for (var i = 0; i < a.Length; i++)
        {
            sum += (a[i] - meanOfA) * (b[i] - meanOfB);
        }

        return sum / a.Length;
    }
}
