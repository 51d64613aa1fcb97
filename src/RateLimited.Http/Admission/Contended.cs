using System.Runtime.InteropServices;

namespace RateLimited.Http.Admission;

/// <summary>What every decision writes, on cache lines of its own: whoever reads what stands beside it must not wait for the writes of others.</summary>
[StructLayout(LayoutKind.Explicit, Size = 3 * CacheLine)]
internal struct ContendedClock
{
    private const int CacheLine = 64;

    [FieldOffset(CacheLine)]
    public Gate Gate;

    /// <summary>When the exact clock was last read by a decision without a ticket.</summary>
    [FieldOffset(CacheLine + 8)]
    public long ReadAt;

    /// <summary>What the coarse clock showed then.</summary>
    [FieldOffset(CacheLine + 16)]
    public long ReadAtCoarse;

    /// <summary>The latest instant that state was looked at: nothing happens before it any more.</summary>
    [FieldOffset(CacheLine + 24)]
    public long Latest;

    /// <summary>Whether any request may go without the gate.</summary>
    [FieldOffset(CacheLine + 32)]
    public bool HasVouchersOut;
}

/// <summary>A number that every decision raises, on a cache line of its own.</summary>
[StructLayout(LayoutKind.Explicit, Size = 3 * CacheLine)]
internal struct ContendedCount
{
    private const int CacheLine = 64;

    [FieldOffset(CacheLine)]
    public long Value;
}
