namespace RateLimited.Http.Admission.Persistence;

/// <summary>
/// The directory that limits are kept in, which belongs to one process at a time: the operating system holds the lock and lets go of it however the process ends. Not thread-safe.
/// </summary>
internal sealed class StateDirectory : IDisposable
{
    public const string LockName = "owner.lock";

    private const string Unfinished = ".new";
    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _lock;
    private readonly Func<string, Stream> _create;
    private Stream? _file;
    private long _number;

    /// <param name="path">The directory; made if it is not there.</param>
    /// <param name="create">Makes a file to write to; null for the disk's own.</param>
    /// <exception cref="IOException">It cannot be used, or belongs to another process.</exception>
    public StateDirectory(string path, Func<string, Stream>? create = null)
    {
        Path = System.IO.Path.GetFullPath(path);
        _create = create ?? Create;
        _lock = Own(Path);
        _number = Generation.In(Path) is [var newest, ..] ? newest : 0;
    }

    public string Path { get; }

    /// <summary>How much was written since the file was begun.</summary>
    public long Grown { get; private set; }

    /// <summary>How much was written when it was.</summary>
    public long Begun { get; private set; }

    /// <summary>All files and what stands in them, the newest first.</summary>
    public IEnumerable<(string Name, ReadOnlyMemory<byte> Bytes)> Read() =>
        Generation.In(Path).Select(number => (Generation.NameOf(number), (ReadOnlyMemory<byte>)File.ReadAllBytes(PathOf(number))));

    /// <summary>Begins a file with all that is known, which takes the place of the last in one step; that is still there until the next is begun.</summary>
    /// <exception cref="IOException">It cannot be written; the last file stays as it is.</exception>
    public void Begin(ReadOnlySpan<byte> content)
    {
        var number = _number + 1;
        var unfinished = PathOf(number) + Unfinished;
        var file = _create(unfinished);
        try
        {
            file.Write(Generation.Head);
            var frame = Frame.Of(content);
            file.Write(frame);
            Flush(file);
            File.Move(unfinished, PathOf(number), overwrite: true);
            (_file, file) = (file, _file!);
            (_number, Begun, Grown) = (number, frame.Length, 0);
        }
        finally
        {
            Close(file);
        }

        foreach (var old in Generation.In(Path).Where(old => old < number - 1))
        {
            File.Delete(PathOf(old));
        }
    }

    /// <summary>Adds what has changed. It is on the disk when this returns.</summary>
    /// <exception cref="IOException">It cannot be written. Then nothing may be added to the file any more: part of it may have been.</exception>
    public void Append(ReadOnlySpan<byte> content)
    {
        var frame = Frame.Of(content);
        _file!.Write(frame);
        Flush(_file);
        Grown += frame.Length;
    }

    public void Dispose()
    {
        Close(_file);
        _lock.Dispose();
    }

    private static void Flush(Stream file)
    {
        file.Flush();
        (file as FileStream)?.Flush(flushToDisk: true);
    }

    private static void Close(Stream? file)
    {
        try
        {
            file?.Dispose();
        }
        catch (IOException)
        {
            // Nothing is buffered that could be lost by it.
        }
    }

    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnersAlone;
        }

        return new FileStream(path, options);
    }

    private static FileStream Own(string directory)
    {
        var path = System.IO.Path.Combine(directory, LockName);
        try
        {
            if (!OperatingSystem.IsWindows() && !Directory.Exists(directory))
            {
                // Names of tenants are nobody else's business.
                Directory.CreateDirectory(directory, OwnersAlone | UnixFileMode.UserExecute);
            }
            else
            {
                Directory.CreateDirectory(directory);
            }

            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (File.Exists(path))
        {
            throw new IOException($"RateLimiting:File:Directory: '{directory}' belongs to another process → a directory for each program.", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"RateLimiting:File:Directory: '{directory}' cannot be used ({fault.GetType().Name}) → a directory that the program may write to.", fault);
        }
    }

    private string PathOf(long number) => System.IO.Path.Combine(Path, Generation.NameOf(number));
}
