using System.Buffers.Binary;

namespace RateLimited.Http.Redis.Messages;

/// <summary>Reads the numbers of an answer. What another program may have written is bounded and never trusted to be whole.</summary>
internal ref struct MessageReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _left = bytes;

    public readonly bool IsAtEnd => _left.IsEmpty;

    /// <exception cref="InvalidDataException">It does not begin with an integer that a script says exactly.</exception>
    public long Next()
    {
        if (!BinaryPrimitives.TryReadDoubleLittleEndian(_left, out var number) || double.Abs(number) > MessageWriter.ExactIntegers || number != Math.Floor(number))
        {
            throw new InvalidDataException("The store answered with something that is not a row of integers. Another program may write under the same keys: give each its own prefix.");
        }

        _left = _left[sizeof(double)..];
        return (long)number;
    }
}
