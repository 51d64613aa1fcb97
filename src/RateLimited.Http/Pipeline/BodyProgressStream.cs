using RateLimited.Http.Costs.Bodies;

namespace RateLimited.Http.Pipeline;

/// <summary>Where a body is copied to as a whole: tells its lease of every piece that arrives, and hands it on.</summary>
internal sealed class BodyProgressStream(Stream destination, BodyLease lease) : SinkStream
{
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lease.Progress(buffer);
        destination.Write(buffer);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lease.Progress(buffer.Span);
        return destination.WriteAsync(buffer, cancellationToken);
    }

    public override void Flush() => destination.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => destination.FlushAsync(cancellationToken);
}
