using RateLimited.Http.Costs.Bodies;

namespace RateLimited.Http.Caching.Answering;

/// <summary>A body whose bytes are copied as they are read.</summary>
internal sealed class CapturedStream(Stream inner, BodyCapture capture) : SourceStream
{
    public override int Read(Span<byte> buffer)
    {
        int bytes;
        try
        {
            bytes = inner.Read(buffer);
        }
        catch
        {
            capture.GiveUp();
            throw;
        }

        Take(buffer, bytes);
        return bytes;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int bytes;
        try
        {
            bytes = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // Also where the reader only gave this read up: whether any bytes were lost with it nobody says.
            capture.GiveUp();
            throw;
        }

        Take(buffer.Span, bytes);
        return bytes;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            capture.GiveUp();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>A read into nothing tells that bytes have come, and not that none will.</summary>
    private void Take(ReadOnlySpan<byte> buffer, int bytes)
    {
        if (bytes > 0)
        {
            capture.Append(buffer[..bytes]);
        }
        else if (buffer.Length > 0)
        {
            capture.Complete();
        }
    }
}
