using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace RateLimited.Http.History.Journal;

/// <summary>
/// How a record lies in a file: its length, a checksum of the length and the record, and the record. A file that ends within one, or in which anything was changed, is found out.
/// </summary>
internal static class RecordFrame
{
    public const int HeadLength = 2 * sizeof(uint);

    /// <summary>No record is longer: a length beyond is none.</summary>
    public const int LongestRecord = 1 << 20;

    public static void Write(IBufferWriter<byte> into, ReadOnlySpan<byte> record)
    {
        var frame = into.GetSpan(HeadLength + record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[sizeof(uint)..], Checksum(record));
        record.CopyTo(frame[HeadLength..]);
        into.Advance(HeadLength + record.Length);
    }

    /// <summary>How long the record is that follows a head; null where there can be none.</summary>
    public static int? LengthOf(ReadOnlySpan<byte> head) =>
        head.Length >= HeadLength && BinaryPrimitives.ReadUInt32LittleEndian(head) is > 0 and <= LongestRecord and var length ? (int)length : null;

    /// <summary>Whether a record is the one that the head was written for.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> head, ReadOnlySpan<byte> record) => BinaryPrimitives.ReadUInt32LittleEndian(head[sizeof(uint)..]) == Checksum(record);

    /// <summary>CRC-32C, of the length first: a file of zeros holds no records.</summary>
    private static uint Checksum(ReadOnlySpan<byte> record)
    {
        var sum = BitOperations.Crc32C(uint.MaxValue, (uint)record.Length);
        while (record.Length >= sizeof(ulong))
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(record));
            record = record[sizeof(ulong)..];
        }

        foreach (var value in record)
        {
            sum = BitOperations.Crc32C(sum, value);
        }

        return ~sum;
    }
}
