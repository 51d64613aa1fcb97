using System.Buffers.Binary;

namespace RateLimited.Http.AI.Audio;

/// <summary>How long an audio file is, told by its headers: WAV, FLAC, MP3, Ogg (Opus and Vorbis) and MP4. Total: whatever the bytes are, it answers or does not, and never throws.</summary>
internal static class AudioLength
{
    /// <summary>Nobody sends a longer file: a header that says so is wrong.</summary>
    private const decimal Longest = 7 * 24 * 3600;

    /// <summary>What stands before an MP4's movie header.</summary>
    public static ReadOnlySpan<byte> MovieMark => "mvhd"u8;

    private static ReadOnlySpan<short> Mp3Kilobits1 => [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];

    private static ReadOnlySpan<short> Mp3Kilobits2 => [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

    /// <summary>The length in seconds, or null where the format is not known or says nonsense.</summary>
    /// <param name="head">The file's beginning.</param>
    /// <param name="tail">Its end.</param>
    /// <param name="movie">What stands behind an MP4's <see cref="MovieMark"/>, or nothing.</param>
    /// <param name="total">The file's length in bytes.</param>
    public static decimal? Of(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail, ReadOnlySpan<byte> movie, long total)
    {
        var length = head.StartsWith("RIFF"u8) ? Wav(head, total)
            : head.StartsWith("fLaC"u8) ? Flac(head)
            : head.StartsWith("OggS"u8) ? Ogg(head, tail)
            : head.Length > 8 && head[4..].StartsWith("ftyp"u8) ? Mp4(movie)
            : Mp3(head, total);
        return length is > 0 and <= Longest ? length : null;
    }

    private static decimal? Wav(ReadOnlySpan<byte> head, long total)
    {
        var bytesPerSecond = 0u;
        for (var at = 12; at + 8 <= head.Length;)
        {
            var size = BinaryPrimitives.ReadUInt32LittleEndian(head[(at + 4)..]);
            if (head[at..].StartsWith("fmt "u8) && at + 20 <= head.Length)
            {
                bytesPerSecond = BinaryPrimitives.ReadUInt32LittleEndian(head[(at + 16)..]);
            }
            else if (head[at..].StartsWith("data"u8))
            {
                // One that is written while it is recorded does not know its length: then it goes to the file's end.
                var data = Math.Min(size, Math.Max(total - at - 8, 0));
                return bytesPerSecond == 0 ? null : (decimal)data / bytesPerSecond;
            }

            if (size > head.Length)
            {
                return null;
            }

            at += 8 + (int)size + (int)(size & 1);
        }

        return null;
    }

    private static decimal? Flac(ReadOnlySpan<byte> head)
    {
        if (head.Length < 26)
        {
            return null;
        }

        var rate = (head[18] << 12) | (head[19] << 4) | (head[20] >> 4);
        var samples = ((long)(head[21] & 0x0F) << 32) | BinaryPrimitives.ReadUInt32BigEndian(head[22..]);
        return rate == 0 ? null : (decimal)samples / rate;
    }

    /// <summary>The last page's position, counted in samples: of Opus always 48 000 a second, whatever the recording had.</summary>
    private static decimal? Ogg(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail)
    {
        const int OpusRate = 48_000;
        var last = tail.LastIndexOf("OggS"u8);
        if (last < 0 || last + 14 > tail.Length)
        {
            return null;
        }

        var samples = BinaryPrimitives.ReadInt64LittleEndian(tail[(last + 6)..]);
        var vorbis = head.IndexOf("\u0001vorbis"u8);
        var rate = head.IndexOf("OpusHead"u8) >= 0 ? OpusRate
            : vorbis >= 0 && vorbis + 16 <= head.Length ? BinaryPrimitives.ReadUInt32LittleEndian(head[(vorbis + 12)..])
            : 0;
        return rate == 0 || samples <= 0 ? null : (decimal)samples / rate;
    }

    private static decimal? Mp4(ReadOnlySpan<byte> movie)
    {
        if (movie.Length < 32)
        {
            return null;
        }

        var isLong = movie[0] == 1;
        var scale = BinaryPrimitives.ReadUInt32BigEndian(movie[(isLong ? 20 : 12)..]);
        var duration = isLong ? BinaryPrimitives.ReadUInt64BigEndian(movie[24..]) : BinaryPrimitives.ReadUInt32BigEndian(movie[16..]);
        return scale == 0 ? null : (decimal)duration / scale;
    }

    private static decimal? Mp3(ReadOnlySpan<byte> head, long total)
    {
        var start = head.StartsWith("ID3"u8) && head.Length > 10 ? 10 + ((head[6] & 0x7F) << 21) + ((head[7] & 0x7F) << 14) + ((head[8] & 0x7F) << 7) + (head[9] & 0x7F) : 0;
        if (start + 4 > head.Length || head[start] != 0xFF || (head[start + 1] & 0xE6) != 0xE2)
        {
            return null;
        }

        var (second, third) = (head[start + 1], head[start + 2]);
        var isFirst = (second & 0x18) == 0x18;
        var rate = Mp3Rate(second, third);
        var kilobits = (third >> 4) == 15 ? 0 : (isFirst ? Mp3Kilobits1 : Mp3Kilobits2)[third >> 4];
        if (rate == 0)
        {
            return null;
        }

        return Frames(head[start..]) is { } frames ? (decimal)frames * (isFirst ? 1152 : 576) / rate
            : kilobits == 0 ? null
            : (decimal)(total - start) * 8 / (kilobits * 1000);
    }

    private static int Mp3Rate(byte second, byte third)
    {
        var rate = ((third >> 2) & 3) switch { 0 => 44_100, 1 => 48_000, 2 => 32_000, _ => 0 };
        return (second & 0x18) switch { 0x18 => rate, 0x10 => rate / 2, 0 => rate / 4, _ => 0 };
    }

    /// <summary>How many frames a file of changing bit rate says it has.</summary>
    private static uint? Frames(ReadOnlySpan<byte> frame)
    {
        var searched = frame[..Math.Min(frame.Length, 192)];
        var mark = searched.IndexOf("Xing"u8);
        mark = mark < 0 ? searched.IndexOf("Info"u8) : mark;
        return mark >= 0 && mark + 12 <= frame.Length && (frame[mark + 7] & 1) == 1 ? BinaryPrimitives.ReadUInt32BigEndian(frame[(mark + 8)..]) : null;
    }
}
