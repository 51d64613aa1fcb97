namespace RateLimited.Http.History.Journal;

/// <summary>
/// Appends to one file. What could be written only in part is taken back, so that what comes after it can be read; where not even that works the writer is broken, and another file is to be begun. Not thread-safe.
/// </summary>
internal sealed class SegmentWriter : IDisposable
{
    private readonly Stream _stream;

    /// <param name="name">The file's name.</param>
    /// <param name="stream">The file.</param>
    /// <param name="length">Where its last whole record ends; what lies behind it is dropped.</param>
    public SegmentWriter(SegmentName name, Stream stream, long length)
    {
        (Name, _stream, Length) = (name, stream, length);
        TakeBack();
    }

    public SegmentName Name { get; }

    public long Length { get; private set; }

    public bool IsBroken { get; private set; }

    /// <exception cref="IOException">It could not be written, and is not there.</exception>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken)
    {
        var isWritten = false;
        try
        {
            await _stream.WriteAsync(frames, cancellationToken).ConfigureAwait(false);
            await _stream.FlushAsync(cancellationToken).ConfigureAwait(false);

            // To the disk itself: at most once for each batch, and nobody waits for it but whoever writes the next one.
            (_stream as FileStream)?.Flush(flushToDisk: true);
            Length += frames.Length;
            isWritten = true;
        }
        finally
        {
            if (!isWritten)
            {
                TryTakeBack();
            }
        }
    }

    public void Dispose()
    {
        try
        {
            _stream.Dispose();
        }
        catch (IOException)
        {
            // Nothing is buffered that could be lost by it.
        }
    }

    private void TakeBack()
    {
        _stream.SetLength(Length);
        _stream.Seek(Length, SeekOrigin.Begin);
    }

    private void TryTakeBack()
    {
        try
        {
            TakeBack();
        }
        catch (IOException)
        {
            IsBroken = true;
        }
    }
}
