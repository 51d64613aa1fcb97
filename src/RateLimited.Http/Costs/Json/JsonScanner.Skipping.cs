using System.Buffers;

namespace RateLimited.Http.Costs.Json;

/// <content>Jumping over what nobody asked for: of containers only their nesting is counted, of strings only their end is looked for.</content>
internal abstract partial class JsonScanner
{
    private static readonly SearchValues<byte> Nesting = SearchValues.Create("\"{}[]"u8);

    private int _skipDepth;

    private int Skip(ReadOnlySpan<byte> bytes)
    {
        var read = 0;
        while (true)
        {
            var next = bytes[read..].IndexOfAny(Nesting);
            if (next < 0)
            {
                return bytes.Length;
            }

            read += next + 1;
            switch (bytes[read - 1])
            {
                case (byte)'"':
                    _place = Place.SkipText;
                    return read;
                case (byte)'{' or (byte)'[':
                    // Nothing is kept of what is jumped over, so that any depth is as good as another.
                    if (_skipDepth++ == int.MaxValue - 1)
                    {
                        IsBroken = true;
                        return read;
                    }

                    break;
                default:
                    if (--_skipDepth == 0)
                    {
                        _place = Place.Between;
                        return read;
                    }

                    break;
            }
        }
    }

    private int SkipText(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOfAny((byte)'"', (byte)'\\');
        if (end < 0)
        {
            return bytes.Length;
        }

        _place = bytes[end] == '\\' ? Place.SkipEscape : _skipDepth > 0 ? Place.Skip : Place.Between;
        return end + 1;
    }

    private int SkipEscape()
    {
        _place = Place.SkipText;
        return 1;
    }
}
