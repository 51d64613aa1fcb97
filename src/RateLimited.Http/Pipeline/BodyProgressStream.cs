using RateLimited.Http.Costs.Bodies;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// Where a body is copied to as a whole: tells its watch of every piece that arrives, and hands it on. What the destination throws is the reader's fault and not the upstream's.
/// </summary>
internal sealed class BodyProgressStream(Stream destination, BodyWatch watch) : SinkStream
{
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        watch.Progress(buffer);
        watch.BeginHanding();
        var isTaken = false;
        try
        {
            destination.Write(buffer);
            isTaken = true;
        }
        finally
        {
            watch.EndHanding(isReadersFault: !isTaken);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        watch.Progress(buffer.Span);
        watch.BeginHanding();
        var isTaken = false;
        try
        {
            await destination.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            isTaken = true;
        }
        finally
        {
            watch.EndHanding(isReadersFault: !isTaken);
        }
    }

    public override void Flush() => destination.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => destination.FlushAsync(cancellationToken);
}
