using System.Buffers.Binary;
using System.Text;

namespace RateLimited.Http.AI.Tests.Audio;

/// <summary>Audio files of a known length, written by their formats' definitions: headers as they are, and silence or noise for what nobody looks at.</summary>
internal static class Recordings
{
    public static byte[] Wav(int milliseconds, int rate = 16_000, bool isStreamed = false)
    {
        var data = new byte[(long)milliseconds * rate * 2 / 1000];
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write("RIFF"u8);
        writer.Write(isStreamed ? uint.MaxValue : (uint)(data.Length + 36));
        writer.Write("WAVELIST"u8);
        writer.Write(3u);
        writer.Write("abc\0"u8);
        writer.Write("fmt "u8);
        writer.Write(16u);
        writer.Write((ushort)1);
        writer.Write((ushort)1);
        writer.Write(rate);
        writer.Write(rate * 2);
        writer.Write((ushort)2);
        writer.Write((ushort)16);
        writer.Write("data"u8);
        writer.Write(isStreamed ? uint.MaxValue : (uint)data.Length);
        writer.Write(data);
        return file.ToArray();
    }

    public static byte[] Flac(long samples, int rate)
    {
        var file = new byte[4096];
        "fLaC"u8.CopyTo(file);
        file[18] = (byte)(rate >> 12);
        file[19] = (byte)(rate >> 4);
        file[20] = (byte)((rate & 15) << 4);
        file[21] = (byte)(samples >> 32);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(22), (uint)samples);
        return file;
    }

    /// <summary>MPEG 1 layer III, 44.1 kHz, 128 kbit/s, perhaps behind a tag and with a head that counts the frames.</summary>
    public static byte[] Mp3(int frames, int tag = 0, uint? counted = null)
    {
        const int FrameLength = 417;
        var start = tag == 0 ? 0 : 10 + tag;
        var file = new byte[start + (frames * FrameLength)];
        if (tag > 0)
        {
            "ID3\u0004\0\0"u8.CopyTo(file);
            (file[6], file[7], file[8], file[9]) = ((byte)(tag >> 21 & 127), (byte)(tag >> 14 & 127), (byte)(tag >> 7 & 127), (byte)(tag & 127));
        }

        for (var frame = 0; frame < frames; frame++)
        {
            new byte[] { 0xFF, 0xFB, 0x90, 0x64 }.CopyTo(file, start + (frame * FrameLength));
        }

        if (counted is { } count)
        {
            "Xing"u8.CopyTo(file.AsSpan(start + 36));
            file[start + 43] = 1;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(start + 44), count);
        }

        return file;
    }

    public static byte[] Ogg(long samples, bool isOpus, int rate = 44_100)
    {
        var file = new byte[200_000];
        Page(0, 0);
        (isOpus ? "OpusHead"u8 : "\u0001vorbis"u8).CopyTo(file.AsSpan(28));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(28 + 12), rate);
        Page(100_000, samples / 2);
        Page(195_000, samples);
        return file;

        void Page(int at, long position)
        {
            "OggS"u8.CopyTo(file.AsSpan(at));
            BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(at + 6), position);
        }
    }

    public static byte[] Mp4(uint scale, ulong duration, bool isLong, int before)
    {
        var file = new byte[before + 5_000];
        BinaryPrimitives.WriteInt32BigEndian(file, 24);
        "ftypM4A "u8.CopyTo(file.AsSpan(4));
        var at = before + 100;
        "moov"u8.CopyTo(file.AsSpan(at - 12));
        "mvhd"u8.CopyTo(file.AsSpan(at));
        file[at + 4] = (byte)(isLong ? 1 : 0);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at + 4 + (isLong ? 20 : 12)), scale);
        if (isLong)
        {
            BinaryPrimitives.WriteUInt64BigEndian(file.AsSpan(at + 4 + 24), duration);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at + 4 + 16), (uint)duration);
        }

        return file;
    }

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
