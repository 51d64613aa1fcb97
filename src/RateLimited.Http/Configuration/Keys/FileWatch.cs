using System.Security.Cryptography;

namespace RateLimited.Http.Configuration;

/// <summary>
/// Looks at a file at intervals and says when it holds something else than before. Not by the system's notifications: these say nothing of a mounted secret that is replaced by turning a link, nor of
/// what lies on another machine.
/// </summary>
internal sealed class FileWatch : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly string _file;
    private readonly Action _changed;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private byte[] _seen;

    public FileWatch(string file, TimeProvider time, Action changed)
    {
        _file = file;
        _changed = changed;
        _seen = Look();
        _timer = time.CreateTimer(static watch => ((FileWatch)watch!).OnTimer(), this, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    private void OnTimer()
    {
        lock (_lock)
        {
            var now = Look();
            if (now.AsSpan().SequenceEqual(_seen))
            {
                return;
            }

            _seen = now;
        }

        _changed();
    }

    /// <summary>A digest, so that keys are not kept here too; nothing for a file that cannot be read.</summary>
    private byte[] Look() => KeyTexts.TryReadFile(_file, out var content) ? SHA256.HashData(content) : [];
}
