namespace RateLimited.Http.Admission;

/// <summary>
/// Measures by how much requests can bunch up on their way: the spread of the latest latencies, without the one that is highest of all. Costs a few comparisons a request. Not
/// thread-safe: a lost update costs one sample.
/// </summary>
/// <remarks>
/// Two generations of samples are kept, so that a change of the network shows after at most two. One outlier in a generation is a stall of this machine or of the upstream, not what the
/// network does; a second one counts. A request that was held up longer than all that was known is told apart, so that its charge can be dated anew.
/// </remarks>
internal sealed class LatencySpread
{
    /// <summary>How many samples a generation has.</summary>
    public const int GenerationSize = 512;

    /// <summary>What is assumed before anything was measured.</summary>
    public static readonly long Initial = TimeSpan.FromMilliseconds(20).Ticks;

    private const int FirstGenerationSize = 64;

    private const int FewestSamples = 8;

    private static readonly long Margin = TimeSpan.FromMilliseconds(2).Ticks;

    private Generation _current = Generation.Empty;
    private Generation _previous = Generation.Empty;
    private long _guard = Initial;

    /// <summary>Takes a sample in. Returns whether it is far from all that was known: that request was held up on its way.</summary>
    public bool Add(long latency)
    {
        // The first generation is short, so that there is something to compare with early on.
        if (_current.Count >= (_previous.Count == 0 ? FirstGenerationSize : GenerationSize))
        {
            _previous = _current;
            _current = Generation.Empty;
        }

        var known = _previous.SecondHighest - _previous.Lowest;
        var isHeldUp = _previous.Count > 0 && latency - _previous.Lowest > known + (known / 4) + Margin;
        _current.Add(latency);
        if (_current.Count + _previous.Count < FewestSamples)
        {
            return isHeldUp;
        }

        var lowest = Math.Min(_current.Lowest, _previous.Lowest);
        var high = Math.Max(_current.SecondHighest, _previous.SecondHighest);
        var spread = Math.Max(high - lowest, 0);
        Volatile.Write(ref _guard, spread + (spread / 16) + Margin);
        return isHeldUp;
    }

    /// <summary>The spread in ticks, with a margin for what was not seen yet.</summary>
    public long Guard => Volatile.Read(ref _guard);

    private struct Generation
    {
        public static readonly Generation Empty = new() { Lowest = long.MaxValue };

        public int Count;
        public long Lowest;
        public long SecondHighest;
        private long _highest;

        public void Add(long latency)
        {
            Count++;
            Lowest = Math.Min(Lowest, latency);
            if (latency > _highest)
            {
                SecondHighest = _highest;
                _highest = latency;
            }
            else if (latency > SecondHighest)
            {
                SecondHighest = latency;
            }
        }
    }
}
