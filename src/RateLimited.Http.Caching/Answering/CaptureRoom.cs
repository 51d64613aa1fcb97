namespace RateLimited.Http.Caching.Answering;

/// <summary>How much of memory bodies that are being copied may take: each, and all together. Thread-safe.</summary>
internal sealed class CaptureRoom
{
    private long _taken;
    private long _each;
    private long _all;

    /// <summary>How much they take now.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    public void Set(long each, long all)
    {
        Interlocked.Exchange(ref _each, each);
        Interlocked.Exchange(ref _all, all);
    }

    /// <summary>Takes room for more of a body; false where there is none, and then nothing was taken.</summary>
    public bool TryTake(long bytes, long before)
    {
        if (before + bytes > Interlocked.Read(ref _each))
        {
            return false;
        }

        if (Interlocked.Add(ref _taken, bytes) <= Interlocked.Read(ref _all))
        {
            return true;
        }

        GiveBack(bytes);
        return false;
    }

    public void GiveBack(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
