using System.Numerics;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>
/// Measures by how much requests can bunch up on their way: the spread of the latest latencies, without the one that is highest of all. Costs a few comparisons a request. Not
/// thread-safe: a lost update costs one sample.
/// </summary>
/// <remarks>
/// Two generations of samples are kept, so that a change of the network shows after at most two. One outlier in a generation is a stall of this machine or of the upstream, not what the
/// network does; a second one counts. Whether a request was held up on its way is told by the bulk of the last generation: three quarters of it lie close together before a network that
/// stalls now and then, and far apart before an upstream whose work takes long. Of what was sent before there was a generation any may have been: the first of a program wait for connections,
/// for names to be looked up and for code to be compiled, and those right after them do not.
/// </remarks>
internal sealed class LatencySpread
{
    /// <summary>How many samples a generation has.</summary>
    public const int GenerationSize = 512;

    /// <summary>What is assumed before anything was measured: some of the first requests have a connection to make, and others find it made.</summary>
    public static readonly long Initial = TimeSpan.FromMilliseconds(250).Ticks;

    /// <summary>How long a request may be held up on its way while it cannot be told from the upstream's work.</summary>
    public static readonly long LongestHoldUp = TimeSpan.FromSeconds(1).Ticks;

    /// <summary>The same of the first requests, of which nothing is known at all: a program that starts on a busy machine.</summary>
    public static readonly long LongestFirstHoldUp = TimeSpan.FromSeconds(5).Ticks;

    /// <summary>The first generation is short, so that there is something to compare with early on.</summary>
    private const int FirstGenerationSize = 64;

    private const int FewestSamples = 8;

    /// <summary>How many times the spread of the bulk a request has to be late to have been held up.</summary>
    private const int HeldUpFactor = 3;

    private static readonly long Margin = TimeSpan.FromMilliseconds(2).Ticks;

    private readonly LatencyHistogram _histogram = new();
    private Generation _current = Generation.Empty;
    private Generation _previous = Generation.Empty;
    private long _bulk;
    private long _knownSince;
    private long _guard = Initial;

    /// <summary>The spread in ticks, with a margin for what was not seen yet.</summary>
    public long Guard => Volatile.Read(ref _guard);

    /// <summary>Whether enough was measured to tell anything.</summary>
    public bool IsKnown => _current.Count + _previous.Count >= FewestSamples;

    /// <summary>
    /// Takes a sample in. Returns what it says of when that request arrived. It was not held up where it lies near the bulk of what is known, and for any time where it lies far from it.
    /// Where it was sent before enough was known, it may have been for <see cref="LongestHoldUp"/>, or longer where nothing was, and the shortest that was seen says nothing yet: none of them may have found a connection.
    /// </summary>
    /// <param name="latency">From the sending to the answer.</param>
    /// <param name="sentAt">When it was sent.</param>
    public ArrivalBounds Add(long latency, long sentAt)
    {
        var isFirst = !IsKnown;
        if (_current.Count >= (_previous.Count == 0 ? FirstGenerationSize : GenerationSize))
        {
            _bulk = _histogram.UpperQuartile() - _current.Lowest;
            _histogram.Clear();
            _knownSince = _previous.Count == 0 ? Saturating.Add(sentAt, latency) : _knownSince;
            _previous = _current;
            _current = Generation.Empty;
        }

        _histogram.Add(latency);
        _current.Add(latency);
        if (!IsKnown)
        {
            return new ArrivalBounds(LongestFirstHoldUp, 0, IsFirst: _current.Count + _previous.Count == 1);
        }

        var lowest = Math.Min(_current.Lowest, _previous.Lowest);
        var high = Math.Max(_current.SecondHighest, _previous.SecondHighest);
        var spread = Math.Max(high - lowest, 0);
        var margin = (spread / 16) + Margin;
        Volatile.Write(ref _guard, spread + margin);
        var isEarly = _previous.Count == 0 || sentAt < _knownSince;
        var isFar = _previous.Count > 0 && latency - _previous.Lowest > (HeldUpFactor * _bulk) + Margin;
        return new ArrivalBounds(isFar ? LimitRule.Never : isFirst ? LongestFirstHoldUp : isEarly ? LongestHoldUp : 0, isEarly ? 0 : Math.Max(lowest - margin, 0));
    }

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

    /// <summary>Counts latencies in buckets a quarter of an octave wide.</summary>
    private sealed class LatencyHistogram
    {
        private const int Parts = 4;

        private readonly int[] _counts = new int[64 * Parts];
        private int _total;

        public void Add(long latency)
        {
            _counts[BucketOf(Math.Max(latency, 1))]++;
            _total++;
        }

        /// <summary>What three quarters lie below, rounded up to the end of its bucket.</summary>
        public long UpperQuartile()
        {
            var below = 0;
            for (var bucket = 0; bucket < _counts.Length; bucket++)
            {
                below += _counts[bucket];
                if (below * 4L >= _total * 3L)
                {
                    return EndOf(bucket);
                }
            }

            return 0;
        }

        public void Clear()
        {
            Array.Clear(_counts);
            _total = 0;
        }

        private static int BucketOf(long latency)
        {
            var octave = BitOperations.Log2((ulong)latency);
            var part = octave >= 2 ? (int)(latency >> (octave - 2)) & (Parts - 1) : 0;
            return (octave * Parts) + part;
        }

        private static long EndOf(int bucket)
        {
            var (octave, part) = (bucket / Parts, bucket % Parts);
            return octave >= 2 ? (long)(Parts + part + 1) << (octave - 2) : 2L << octave;
        }
    }
}
