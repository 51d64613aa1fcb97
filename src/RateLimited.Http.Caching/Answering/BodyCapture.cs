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

    /// <summary>A reader who drops a response neither reads on nor disposes of it. Its bytes go by themselves; their room, and those who wait for them, would be forgotten.</summary>
    ~BodyCapture() => GiveUp();

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
            GC.SuppressFinalize(this);
            room.GiveBack(_taken);
            ended(body, end);
        }
    }
}
