using RateLimited.Http.Costs.Bodies;

namespace RateLimited.Http.Pipeline;

/// <summary>The beginning of a stream that was read already, and then the rest of it.</summary>
internal sealed class PeekedStream(ReadOnlyMemory<byte> head, Stream rest) : SourceStream
{
    private int _position;

    public override int Read(Span<byte> buffer) => TakeHead(buffer) is var taken and > 0 ? taken : rest.Read(buffer);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        TakeHead(buffer.Span) is var taken and > 0 ? new ValueTask<int>(taken) : rest.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            rest.Dispose();
        }

        base.Dispose(disposing);
    }

    private int TakeHead(Span<byte> buffer)
    {
        var taken = Math.Min(buffer.Length, head.Length - _position);
        head.Span.Slice(_position, taken).CopyTo(buffer);
        _position += taken;
        return taken;
    }
}
