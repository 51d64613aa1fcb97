using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace RateLimited.Http.Limits;

/// <summary>Takes values down as bytes: eight for each number, little-endian. Not thread-safe.</summary>
internal sealed class StateWriter : StateForm
{
    private readonly ArrayBufferWriter<byte> _bytes = new(1024);

    public override bool IsReading => false;

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public int Length => _bytes.WrittenCount;

    public void Clear() => _bytes.ResetWrittenCount();

    public override void Number(ref long value) => Add(value);

    public override void Instant(ref long value) => Add(value);

    public override void Text(ref string value) => Add(value);

    public void Add(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.GetSpan(sizeof(long)), value);
        _bytes.Advance(sizeof(long));
    }

    public void Add(string value)
    {
        Add((long)Encoding.UTF8.GetByteCount(value));
        Encoding.UTF8.GetBytes(value, _bytes);
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        Add((long)bytes.Length);
        _bytes.Write(bytes);
    }
}
