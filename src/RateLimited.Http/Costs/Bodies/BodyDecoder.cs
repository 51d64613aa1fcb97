using System.IO.Compression;

namespace RateLimited.Http.Costs.Bodies;

/// <summary>
/// Decompresses a body in pieces as they pass, for who watches it; the body itself stays as it is. It holds a few KB, whatever the body's size, and stops at a bound: what was compressed
/// to be large is not worth the time.
/// </summary>
internal sealed class BodyDecoder : IDisposable
{
    /// <summary>No answer of an API is larger; nobody is watched longer.</summary>
    private const long MostDecoded = 256L * 1024 * 1024;

    private const int PieceLength = 4096;

    private readonly PieceStream _input = new();
    private readonly Stream _decoder;
    private readonly byte[] _output = new byte[PieceLength];
    private long _decoded;

    private BodyDecoder(Func<Stream, Stream> create) => _decoder = create(_input);

    /// <summary>Whether too much came out, so that the rest is not looked at.</summary>
    private bool IsSpent => _decoded > MostDecoded;

    /// <summary>Whether bodies of a content coding can be looked into.</summary>
    /// <param name="coding">The coding's name, in lower case.</param>
    public static bool Knows(string coding) => coding is "" or "identity" or "gzip" or "x-gzip" or "deflate" or "br";

    /// <summary>The decoder of a known content coding, or null where nothing is compressed.</summary>
    /// <param name="coding">The coding's name, in lower case.</param>
    public static BodyDecoder? Of(string coding) => coding switch
    {
        "gzip" or "x-gzip" => new BodyDecoder(static input => new GZipStream(input, CompressionMode.Decompress)),
        "deflate" => new BodyDecoder(static input => new ZLibStream(input, CompressionMode.Decompress)),
        "br" => new BodyDecoder(static input => new BrotliStream(input, CompressionMode.Decompress)),
        _ => null,
    };

    /// <summary>Takes in the next compressed bytes and hands on what they come to.</summary>
    /// <exception cref="InvalidDataException">They are not compressed as was said.</exception>
    public void Feed<T>(ReadOnlySpan<byte> bytes, T target, Action<T, ReadOnlySpan<byte>> decoded)
    {
        while (!bytes.IsEmpty && !IsSpent)
        {
            var piece = bytes[..Math.Min(bytes.Length, PieceLength)];
            bytes = bytes[piece.Length..];
            _input.Fill(piece);
            while (!IsSpent && _decoder.Read(_output) is > 0 and var read)
            {
                _decoded += read;
                decoded(target, _output.AsSpan(0, read));
            }
        }
    }

    public void Dispose()
    {
        _decoder.Dispose();
        _input.Dispose();
    }

    /// <summary>Has what was put in last. At its end there is nothing for now; decoders ask again when they are asked.</summary>
    private sealed class PieceStream : SourceStream
    {
        private readonly byte[] _piece = new byte[PieceLength];
        private int _length;
        private int _read;

        public void Fill(ReadOnlySpan<byte> piece)
        {
            piece.CopyTo(_piece);
            (_length, _read) = (piece.Length, 0);
        }

        public override int Read(Span<byte> buffer)
        {
            var bytes = Math.Min(buffer.Length, _length - _read);
            _piece.AsSpan(_read, bytes).CopyTo(buffer);
            _read += bytes;
            return bytes;
        }
    }
}
