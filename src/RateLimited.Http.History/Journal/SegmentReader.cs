namespace RateLimited.Http.History.Journal;

/// <summary>Reads the records of one file up to its end, or to the first that is not whole. Not thread-safe.</summary>
/// <param name="stream">The file, from its begin.</param>
internal sealed class SegmentReader(Stream stream)
{
    private readonly byte[] _head = new byte[RecordFrame.HeadLength];

    /// <summary>Where the last whole record ends.</summary>
    public long WholeLength { get; private set; }

    /// <summary>The next record's bytes; null at the end.</summary>
    public async ValueTask<byte[]?> NextAsync(CancellationToken cancellationToken)
    {
        if (await stream.ReadAtLeastAsync(_head, _head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < _head.Length || RecordFrame.LengthOf(_head) is not { } length)
        {
            return null;
        }

        var record = new byte[length];
        if (await stream.ReadAtLeastAsync(record, length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < length || !RecordFrame.IsWhole(_head, record))
        {
            return null;
        }

        WholeLength += RecordFrame.HeadLength + length;
        return record;
    }
}
