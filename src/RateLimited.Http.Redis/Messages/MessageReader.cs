using System.Buffers.Binary;
using System.Buffers.Text;

namespace RateLimited.Http.Redis.Messages;

/// <summary>Reads the numbers of an answer. What another program may have written is bounded and never trusted to be whole.</summary>
internal ref struct MessageReader(ReadOnlySpan<byte> bytes)
{
    private const string Foreign = "The store answered with something that is not a row of integers. Another program may write under the same keys: give each its own prefix.";

    private ReadOnlySpan<byte> _left = bytes;

    /// <summary>Whether an answer is one whole number, which the client has in digits: no row of numbers begins with one.</summary>
    public static bool IsNumber(ReadOnlySpan<byte> answer) => answer is [>= (byte)'0' and <= (byte)'9', ..];

    /// <summary>The whole number that an answer is.</summary>
    /// <exception cref="InvalidDataException">It is another.</exception>
    public static long NumberOf(ReadOnlySpan<byte> answer) =>
        Utf8Parser.TryParse(answer, out long number, out var length) && length == answer.Length ? number : throw new InvalidDataException(Foreign);

    public readonly bool IsAtEnd => _left.IsEmpty;

    /// <exception cref="InvalidDataException">It does not begin with an integer that a script says exactly.</exception>
    public long Next()
    {
        if (!BinaryPrimitives.TryReadDoubleLittleEndian(_left, out var number) || double.Abs(number) > MessageWriter.ExactIntegers || number != Math.Floor(number))
        {
            throw new InvalidDataException(Foreign);
        }

        _left = _left[sizeof(double)..];
        return (long)number;
    }
}
