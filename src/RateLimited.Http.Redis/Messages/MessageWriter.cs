using System.Runtime.InteropServices;

namespace RateLimited.Http.Redis.Messages;

/// <summary>Numbers in a row, as the script unpacks them: eight bytes each, little-endian. Not thread-safe.</summary>
internal sealed class MessageWriter
{
    /// <summary>The largest integer that a script reads exactly is one less.</summary>
    public const long ExactIntegers = 1L << 53;

    private double[] _numbers = new double[128];

    public int Count { get; private set; }

    /// <summary>Adds an integer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A script would not read it exactly.</exception>
    public void Add(long number)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, ExactIntegers);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(number, -ExactIntegers);
        if (Count == _numbers.Length)
        {
            Array.Resize(ref _numbers, Count * 2);
        }

        _numbers[Count++] = number;
    }

    public void Add(params ReadOnlySpan<long> numbers)
    {
        foreach (var number in numbers)
        {
            Add(number);
        }
    }

    /// <summary>Replaces a number that was added before all of it was known.</summary>
    public void Set(int index, long number) => _numbers[index] = number;

    /// <summary>Takes back all but the first.</summary>
    public void Truncate(int count) => Count = Math.Min(Count, count);

    public byte[] ToBytes()
    {
        if (BitConverter.IsLittleEndian)
        {
            return MemoryMarshal.AsBytes(_numbers.AsSpan(0, Count)).ToArray();
        }

        var bytes = new byte[Count * sizeof(double)];
        for (var i = 0; i < Count; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), _numbers[i]);
        }

        return bytes;
    }
}
