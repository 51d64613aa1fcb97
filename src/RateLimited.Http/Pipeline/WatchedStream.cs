using System.Runtime.CompilerServices;

namespace RateLimited.Http.Pipeline;

/// <summary>A response's body that is watched until its end, its disposal or its failure. For reading; the bytes are those of the stream inside.</summary>
internal sealed class WatchedStream(Stream inner, BodyWatch watch) : Stream
{
    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => inner.CanSeek;

    public override bool CanWrite => false;

    public override bool CanTimeout => inner.CanTimeout;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set
        {
            watch.Moved();
            inner.Position = value;
        }
    }

    public override int ReadTimeout
    {
        get => inner.ReadTimeout;
        set => inner.ReadTimeout = value;
    }

    public override int WriteTimeout
    {
        get => inner.WriteTimeout;
        set => inner.WriteTimeout = value;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var read = watch.BeginRead(cancellationToken);
        int bytes;
        try
        {
            var reading = inner.ReadAsync(buffer, read.Token);
            if (!reading.IsCompleted)
            {
                watch.Wait();
            }

            bytes = await reading.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (watch.Fail(read, exception, cancellationToken) is { } clearer)
            {
                throw clearer;
            }

            throw;
        }

        // A read into nothing tells that bytes have come, and not that none will.
        watch.EndRead(read, isEnd: bytes == 0 && buffer.Length > 0, buffer.Span[..bytes]);
        return bytes;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override IAsyncResult BeginRead(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        TaskToAsyncResult.Begin(ReadAsync(buffer, offset, count, CancellationToken.None), callback, state);

    public override int EndRead(IAsyncResult asyncResult) => TaskToAsyncResult.End<int>(asyncResult);

    public override int Read(Span<byte> buffer)
    {
        watch.BeginBlocking();
        int bytes;
        try
        {
            bytes = inner.Read(buffer);
        }
        catch (Exception exception)
        {
            if (watch.Fail(read: null, exception, CancellationToken.None) is { } clearer)
            {
                throw clearer;
            }

            throw;
        }

        watch.EndRead(read: null, isEnd: bytes == 0 && buffer.Length > 0, buffer[..bytes]);
        return bytes;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public override int ReadByte()
    {
        byte single = 0;
        return Read(new Span<byte>(ref single)) == 0 ? -1 : single;
    }

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        ValidateCopyToArguments(destination, bufferSize);
        cancellationToken.ThrowIfCancellationRequested();
        WatchedContent.BeginCopying(destination, watch);
        var read = watch.BeginRead(cancellationToken);
        try
        {
            var copying = inner.CopyToAsync(new BodyProgressStream(destination, watch), bufferSize, read.Token);
            if (!copying.IsCompleted)
            {
                watch.Wait();
            }

            await copying.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (watch.Fail(read, exception, cancellationToken) is { } clearer)
            {
                throw clearer;
            }

            throw;
        }

        watch.EndRead(read, isEnd: true, bytes: default);
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        watch.Moved();
        return inner.Seek(offset, origin);
    }

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await inner.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            watch.Dispose();
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            try
            {
                inner.Dispose();
            }
            finally
            {
                watch.Dispose();
            }
        }

        base.Dispose(disposing);
    }
}
