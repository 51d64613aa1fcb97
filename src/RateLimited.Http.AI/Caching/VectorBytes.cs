using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.InteropServices;

namespace RateLimited.Http.AI.Caching;

/// <summary>
/// Vectors as bytes, for caches outside of this process: a mark, the number of dimensions, the instant they were made, four bytes for each number, and a checksum of all of it. Reading is total: what was not written here,
/// or not wholly, or was changed since, is no vector.
/// </summary>
internal static class VectorBytes
{
    private const int Mark = 0x31564C52; // RLV1
    private const int Header = sizeof(int) + sizeof(int) + sizeof(long);
    private const int Checksum = sizeof(uint);

    /// <summary>No model has more; an entry that says so is not one of ours.</summary>
    private const int MaxDimensions = 1 << 20;

    /// <param name="vector">The vector, at least one number.</param>
    /// <param name="made">The instant it was made, in ticks of UTC.</param>
    public static byte[] Write(ReadOnlySpan<float> vector, long made)
    {
        var bytes = new byte[Header + (vector.Length * sizeof(float)) + Checksum];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(sizeof(int)), vector.Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(2 * sizeof(int)), made);
        var numbers = bytes.AsSpan(Header);
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(vector).CopyTo(numbers);
        }
        else
        {
            for (var i = 0; i < vector.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(numbers[(i * sizeof(float))..], vector[i]);
            }
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(^Checksum), ChecksumOf(bytes.AsSpan(..^Checksum)));
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out float[]? vector, out long made)
    {
        (vector, made) = (null, 0);
        if (bytes.Length < Header + sizeof(float) + Checksum || BinaryPrimitives.ReadInt32LittleEndian(bytes) != Mark)
        {
            return false;
        }

        made = BinaryPrimitives.ReadInt64LittleEndian(bytes[(2 * sizeof(int))..]);
        var dimensions = BinaryPrimitives.ReadInt32LittleEndian(bytes[sizeof(int)..]);
        if (made < 0
            || dimensions is <= 0 or > MaxDimensions
            || bytes.Length != Header + (dimensions * sizeof(float)) + Checksum
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[^Checksum..]) != ChecksumOf(bytes[..^Checksum]))
        {
            return false;
        }

        vector = new float[dimensions];
        for (var i = 0; i < dimensions; i++)
        {
            vector[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(Header + (i * sizeof(float)))..]);
        }

        return true;
    }

    /// <summary>CRC-32C: every processor of ours has an instruction for it.</summary>
    private static uint ChecksumOf(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var each in bytes)
        {
            crc = BitOperations.Crc32C(crc, each);
        }

        return ~crc;
    }
}
