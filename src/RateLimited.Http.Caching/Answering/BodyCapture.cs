using System.Buffers;

namespace RateLimited.Http.Caching.Answering;

/// <summary>
/// Copies a body while its reader reads it. Ends once: with the whole body, or without one, because it was larger than is kept, broke off, or was given up. For one reader.
/// </summary>
/// <param name="length">How long it says that it is; null where it does not.</param>
/// <param name="room">How much of memory all bodies that are being copied may take together.</param>
/// <param name="ended">Is told of the end: the body or null, and what that is to those who wait for it.</param>
internal sealed class BodyCapture(long? length, CaptureRoom room, Action<byte[]?, FlightEnd> ended)
{
    private ArrayBufferWriter<byte>? _bytes = new();
    private long _taken;

#pragma warning disable MA0055 // Nothing else tells that a reader dropped a response: he neither reads on nor disposes of it.
    /// <summary>What nobody can read any more takes no room, and keeps nobody waiting. On the pool: whoever is told of it is not to hold up the thread that finalizes.</summary>
    ~BodyCapture() => ThreadPool.UnsafeQueueUserWorkItem(static dropped => dropped.GiveUp(), this, preferLocal: false);
#pragma warning restore MA0055

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_bytes is null)
        {
            return;
        }

        if (!room.TryTake(bytes.Length, _taken))
        {
            // It would be too large for whoever asked next, too.
            End(body: null, FlightEnd.NotKept);
            return;
        }

        _taken += bytes.Length;
        _bytes.Write(bytes);
        if (_taken == length)
        {
            // Not every reader asks once more when it has all.
            Complete();
        }
    }

    /// <summary>The body has ended. One that is not as long as it said has broken off.</summary>
    public void Complete()
    {
        if (_bytes is { } bytes && (length is null || length == bytes.WrittenCount))
        {
            End(bytes.WrittenSpan.ToArray(), FlightEnd.Kept);
        }
        else
        {
            GiveUp();
        }
    }

    /// <summary>Nobody will know its end.</summary>
    public void GiveUp() => End(body: null, FlightEnd.GivenUp);

    private void End(byte[]? body, FlightEnd end)
    {
        if (Interlocked.Exchange(ref _bytes, null) is not null)
        {
#pragma warning disable CA1816 // It has ended; it need not be disposed of.
            GC.SuppressFinalize(this);
#pragma warning restore CA1816
            room.GiveBack(_taken);
            ended(body, end);
        }
    }
}
