using System.Buffers.Binary;
using System.Numerics;

namespace RateLimited.Http.Admission.Persistence;

/// <summary>
/// How what is written lies in a file: its length, a checksum of the length, one of what follows, and what follows. Both checksums are CRC-32C. That the length has one of its own tells a file that ends
/// within a frame, because the process ended while it wrote, from one in which something was changed.
/// </summary>
internal static class Frame
{
    public const int HeadLength = 3 * sizeof(uint);

    public static byte[] Of(ReadOnlySpan<byte> content)
    {
        var frame = new byte[HeadLength + content.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(sizeof(uint)), Checksum(frame.AsSpan(0, sizeof(uint))));
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(2 * sizeof(uint)), Checksum(content));
        content.CopyTo(frame.AsSpan(HeadLength));
        return frame;
    }

    /// <summary>Reads the frame at the begin of what is left of a file.</summary>
    public static FrameState Read(ReadOnlyMemory<byte> left, out ReadOnlyMemory<byte> content)
    {
        content = default;
        if (left.Length < HeadLength || !left.Span.ContainsAnyExcept((byte)0))
        {
            // A file that was made longer and not yet filled is full of zeros, which is no frame's head.
            return FrameState.Torn;
        }

        var head = left.Span[..HeadLength];
        if (BinaryPrimitives.ReadUInt32LittleEndian(head[sizeof(uint)..]) != Checksum(head[..sizeof(uint)]))
        {
            return FrameState.Damaged;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(head);
        if (length > left.Length - HeadLength)
        {
            return FrameState.Torn;
        }

        content = left.Slice(HeadLength, (int)length);
        return BinaryPrimitives.ReadUInt32LittleEndian(head[(2 * sizeof(uint))..]) == Checksum(content.Span) ? FrameState.Whole : FrameState.Damaged;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        while (bytes.Length >= sizeof(ulong))
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
        {
            sum = BitOperations.Crc32C(sum, value);
        }

        return ~sum;
    }
}

/// <summary>How a frame was found.</summary>
internal enum FrameState
{
    /// <summary>As it was written.</summary>
    Whole,

    /// <summary>The file ends before it does: it was never written to its end, and nothing was done that it stands for.</summary>
    Torn,

    /// <summary>Not as it was written.</summary>
    Damaged,
}
