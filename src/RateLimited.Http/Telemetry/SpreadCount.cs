using System.Runtime.InteropServices;

namespace RateLimited.Http.Telemetry;

/// <summary>A number that threads raise which run at once: each processor has a part of it on a cache line of its own. Thread-safe.</summary>
internal sealed class SpreadCount
{
    private readonly Part[] _parts = new Part[ProcessorSlots.Count];

    /// <summary>All that was added before it is read, and some of what is added meanwhile.</summary>
    public long Value
    {
        get
        {
            var sum = 0L;
            foreach (ref var part in _parts.AsSpan())
            {
                sum += Volatile.Read(ref part.Value);
            }

            return sum;
        }
    }

    public void Add(long amount = 1) => Interlocked.Add(ref _parts[ProcessorSlots.Mine].Value, amount);

    /// <summary>Takes out what was added since it was last taken out.</summary>
    public long Take()
    {
        var sum = 0L;
        foreach (ref var part in _parts.AsSpan())
        {
            sum += Interlocked.Exchange(ref part.Value, 0);
        }

        return sum;
    }

    [StructLayout(LayoutKind.Explicit, Size = 2 * CacheLine)]
    private struct Part
    {
        private const int CacheLine = 64;

        [FieldOffset(CacheLine)]
        public long Value;
    }
}
