using System.Buffers;

namespace RateLimited.Http.AI.Audio;

/// <summary>Keeps of an audio file that passes what its length can be told by: its beginning, its end, and what stands behind the mark of an MP4's header. Bounded.</summary>
internal sealed class AudioProbe : IDisposable
{
    private const int MaxHead = 64 * 1024;
    private const int MaxTail = 64 * 1024;

    /// <summary>How much of an MP4's movie header is needed, and how much more than that its mark may be cut by.</summary>
    private const int MovieHeader = 40;

    private byte[]? _head;
    private byte[]? _tail;
    private readonly byte[] _movie = new byte[MovieHeader];
    private readonly byte[] _carry = new byte[4];
    private int _headLength;
    private int _tailLength;
    private int _tailEnd;
    private int _carried;
    private int _movieLength = -1;
    private long _total;

    /// <summary>The length of what passed, in seconds; null where nothing did, or where its format is not known.</summary>
    public decimal? Length
    {
        get
        {
            if (_total == 0)
            {
                return null;
            }

            var tail = new byte[_tailLength];
            var start = (_tailEnd - _tailLength + MaxTail) % MaxTail;
            var first = Math.Min(tail.Length, MaxTail - start);
            _tail.AsSpan(start, first).CopyTo(tail);
            _tail.AsSpan(0, tail.Length - first).CopyTo(tail.AsSpan(first));
            return AudioLength.Of(_head.AsSpan(0, _headLength), tail, _movieLength == MovieHeader ? _movie : default, _total);
        }
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        _total += bytes.Length;
        _head ??= ArrayPool<byte>.Shared.Rent(MaxHead);
        var head = Math.Min(bytes.Length, MaxHead - _headLength);
        bytes[..head].CopyTo(_head.AsSpan(_headLength));
        _headLength += head;
        AddTail(bytes);
        FindMovie(bytes);
    }

    public void Dispose()
    {
        Return(ref _head);
        Return(ref _tail);
    }

    private static void Return(ref byte[]? rented)
    {
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
            rented = null;
        }
    }

    private void AddTail(ReadOnlySpan<byte> bytes)
    {
        _tail ??= ArrayPool<byte>.Shared.Rent(MaxTail);
        var last = bytes.Length > MaxTail ? bytes[^MaxTail..] : bytes;
        var first = Math.Min(last.Length, MaxTail - _tailEnd);
        last[..first].CopyTo(_tail.AsSpan(_tailEnd));
        last[first..].CopyTo(_tail);
        _tailEnd = (_tailEnd + last.Length) % MaxTail;
        _tailLength = Math.Min(_tailLength + last.Length, MaxTail);
    }

    private void FindMovie(ReadOnlySpan<byte> bytes)
    {
        if (_movieLength < 0)
        {
            var start = FindMark(bytes);
            if (start < 0)
            {
                return;
            }

            _movieLength = 0;
            bytes = bytes[start..];
        }

        var length = Math.Min(bytes.Length, MovieHeader - _movieLength);
        bytes[..length].CopyTo(_movie.AsSpan(_movieLength));
        _movieLength += length;
    }

    /// <summary>Where the header begins behind its mark, also where the mark was cut; or -1.</summary>
    private int FindMark(ReadOnlySpan<byte> bytes)
    {
        var mark = AudioLength.MovieMark;
        Span<byte> seam = stackalloc byte[mark.Length * 2];
        _carry.AsSpan(0, _carried).CopyTo(seam);
        var next = Math.Min(bytes.Length, mark.Length - 1);
        bytes[..next].CopyTo(seam[_carried..]);
        var across = seam[..(_carried + next)].IndexOf(mark);
        var start = across >= 0 ? across + mark.Length - _carried : bytes.IndexOf(mark) is >= 0 and var within ? within + mark.Length : -1;

        var kept = seam[..(_carried + next)];
        var rest = bytes.Length >= mark.Length - 1 ? bytes[^(mark.Length - 1)..] : kept[^Math.Min(kept.Length, mark.Length - 1)..];
        rest.CopyTo(_carry);
        _carried = rest.Length;
        return start;
    }
}
