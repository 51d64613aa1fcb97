using System.Buffers;
using Microsoft.Extensions.Logging;
using RateLimited.Http.History.Configuration;
using RateLimited.Http.History.Recording;

namespace RateLimited.Http.History.Journal;

/// <summary>
/// The journal on disk: files that are only appended to, each followed by the next at a size or with its day, the oldest deleted. It belongs to one process at a time, from the first batch on; whoever comes second is
/// refused and may come again. Thread-safe.
/// </summary>
internal sealed class JournalStore : IHistoryStore, IDisposable
{
    public const string LockName = "owner.lock";

    private readonly HistorySettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Func<string, Stream> _open;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private string? _directory;
    private FileStream? _lock;
    private SegmentWriter? _writer;

    /// <param name="settings">Where it lies, and how large it may be.</param>
    /// <param name="time">The wall clock that its days are of.</param>
    /// <param name="loggers">Where is said what was found at the start.</param>
    /// <param name="open">Opens a file to append to; null for the disk's own.</param>
    public JournalStore(HistorySettings settings, TimeProvider time, ILoggerFactory loggers, Func<string, Stream>? open = null)
    {
        (_settings, _time) = (settings, time);
        _log = loggers.CreateLogger(HistoryLog.Category);
        _open = open ?? (static path => new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 0));
    }

    public async ValueTask AppendAsync(IReadOnlyList<HistoryRecord> records, CancellationToken cancellationToken)
    {
        var frames = new ArrayBufferWriter<byte>();
        foreach (var record in records)
        {
            var json = RecordJson.Write(record);
            if (json.Length <= RecordFrame.LongestRecord)
            {
                RecordFrame.Write(frames, json);
            }
        }

        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var writer = await WriterAsync(cancellationToken).ConfigureAwait(false);
            await writer.AppendAsync(frames.WrittenMemory, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    public IAsyncEnumerable<HistoryRecord> ReadAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        JournalReader.ReadAsync(Path.GetFullPath(_settings.Current.Directory), from, to, cancellationToken);

    public void Dispose() => Close();

    private void Close()
    {
        _writer?.Dispose();
        _writer = null;
        _lock?.Dispose();
        _lock = null;
    }

    /// <summary>The file to write to now.</summary>
    private async ValueTask<SegmentWriter> WriterAsync(CancellationToken cancellationToken)
    {
        var options = _settings.Current;
        var directory = Path.GetFullPath(options.Directory);
        if (!string.Equals(directory, _directory, StringComparison.Ordinal))
        {
            Close();
            _directory = directory;
        }

        _lock ??= Own(directory);
        var today = DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime);
        if (_writer is { IsBroken: false } current && current.Name.Day == today && current.Length < options.SegmentBytes)
        {
            return current;
        }

        var last = _writer?.Name;
        _writer?.Dispose();
        _writer = null;
        _writer = last is null ? await ContinuedAsync(directory, today, options.SegmentBytes, cancellationToken).ConfigureAwait(false) : Begun(directory, today);
        DeleteExpired(directory, today, options);
        return _writer;
    }

    private static FileStream Own(string directory)
    {
        if (!Directory.Exists(directory))
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory);
            }
            else
            {
                // Names of tenants are nobody else's business.
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }

        var path = Path.Combine(directory, LockName);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (File.Exists(path))
        {
            throw new IOException($"{HistorySectionReader.Path}:Directory: '{directory}' belongs to another process → a directory for each process.", fault);
        }
    }

    /// <summary>The last file of today, if it has room and was left whole or can be made so; else the next one.</summary>
    private async ValueTask<SegmentWriter> ContinuedAsync(string directory, DateOnly today, long segmentBytes, CancellationToken cancellationToken)
    {
        if (SegmentName.In(directory) is not [.., var last])
        {
            return Begun(directory, today);
        }

        var stream = _open(Path.Combine(directory, last.ToString()));
        try
        {
            var reader = new SegmentReader(new BufferedStream(stream));
            while (await reader.NextAsync(cancellationToken).ConfigureAwait(false) is not null)
            {
            }

            if (stream.Length > reader.WholeLength)
            {
                HistoryLog.TailDropped(_log, last.ToString(), stream.Length - reader.WholeLength);
            }

            var continued = new SegmentWriter(last, stream, reader.WholeLength);
            stream = null;
            if (last.Day == today && continued.Length < segmentBytes)
            {
                return continued;
            }

            continued.Dispose();
        }
        finally
        {
            stream?.Dispose();
        }

        return Begun(directory, today);
    }

    private SegmentWriter Begun(string directory, DateOnly today)
    {
        var number = SegmentName.In(directory).Where(name => name.Day == today).Select(static name => name.Number).DefaultIfEmpty().Max() + 1;
        var name = new SegmentName(today, number);
        var stream = _open(Path.Combine(directory, name.ToString()));
        try
        {
            var begun = new SegmentWriter(name, stream, length: 0);
            stream = null;
            return begun;
        }
        finally
        {
            stream?.Dispose();
        }
    }

    private void DeleteExpired(string directory, DateOnly today, RateLimitHistoryOptions options)
    {
        var files = SegmentName.In(directory).Select(name => (name, new FileInfo(Path.Combine(directory, name.ToString())).Length)).ToList();
        foreach (var name in JournalRetention.Expired(files, today, options.Retention, options.MaxBytes))
        {
            try
            {
                File.Delete(Path.Combine(directory, name.ToString()));
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                HistoryLog.NotDeleted(_log, name.ToString(), fault.GetType().Name);
            }
        }
    }
}
