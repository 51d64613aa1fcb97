using System.Runtime.CompilerServices;

namespace RateLimited.Http.History.Journal;

/// <summary>Reads a journal, also while its owner writes it. Changes nothing.</summary>
internal static class JournalReader
{
    private const int BufferSize = 1 << 16;

    /// <summary>The records of a time, in the order in which they were written. Of a file that is not whole, those before the damage.</summary>
    /// <param name="directory">The journal.</param>
    /// <param name="from">The first instant that is wanted.</param>
    /// <param name="to">The first instant that is not.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async IAsyncEnumerable<HistoryRecord> ReadAsync(string directory, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // What happened just before midnight may have been written after it.
        var (first, last) = (DayOf(from), DayOf(to).AddDays(to.UtcDateTime.Date == DateTime.MaxValue.Date ? 0 : 1));
        foreach (var name in SegmentName.In(directory).Where(name => name.Day >= first && name.Day <= last))
        {
            await foreach (var record in ReadAsync(Path.Combine(directory, name.ToString()), cancellationToken).ConfigureAwait(false))
            {
                if (record.At >= from && record.At < to)
                {
                    yield return record;
                }
            }
        }
    }

    private static DateOnly DayOf(DateTimeOffset instant) => DateOnly.FromDateTime(instant.UtcDateTime);

    private static async IAsyncEnumerable<HistoryRecord> ReadAsync(string file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferSize, FileOptions.SequentialScan);
        }
        catch (FileNotFoundException)
        {
            // It had its time while the others were read.
            yield break;
        }

        await using (stream.ConfigureAwait(false))
        {
            var reader = new SegmentReader(stream);
            while (await reader.NextAsync(cancellationToken).ConfigureAwait(false) is { } bytes)
            {
                if (RecordJson.Read(bytes) is { } record)
                {
                    yield return record;
                }
            }
        }
    }
}
