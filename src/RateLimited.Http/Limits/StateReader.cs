using System.Buffers.Binary;
using System.Text;

namespace RateLimited.Http.Limits;

/// <summary>Gives back what a <see cref="StateWriter"/> took down. Not thread-safe.</summary>
/// <param name="bytes">What was taken down.</param>
/// <param name="later">What to add to an instant of the writer's clock to get one of the reader's.</param>
internal sealed class StateReader(ReadOnlyMemory<byte> bytes, long later = 0) : StateForm
{
    /// <summary>Farther ahead than anything that is reckoned with: such an instant is no instant.</summary>
    private const long Farthest = LimitRule.Never / 2;

    private ReadOnlyMemory<byte> _left = bytes;

    public override bool IsReading => true;

    public bool IsAtEnd => _left.IsEmpty;

    public override void Number(ref long value) => value = Number();

    public override void Text(ref string value) => value = Text();

    public override void Instant(ref long value) => value = Instant();

    /// <exception cref="FormatException">Less was taken down.</exception>
    public long Number() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)).Span);

    /// <summary>An instant on the reader's clock; not before that began.</summary>
    public long Instant()
    {
        var written = Number();
        return written is > 0 and < Farthest ? Math.Max(written + later, 1) : written;
    }

    public string Text() => Encoding.UTF8.GetString(Bytes().Span);

    public ReadOnlyMemory<byte> Bytes() => Take(Number());

    private ReadOnlyMemory<byte> Take(long length)
    {
        if (length < 0 || length > _left.Length)
        {
            throw new FormatException("A record is shorter than what it says it holds.");
        }

        var taken = _left[..(int)length];
        _left = _left[(int)length..];
        return taken;
    }
}
