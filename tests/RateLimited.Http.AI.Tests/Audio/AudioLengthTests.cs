using RateLimited.Http.AI.Audio;

namespace RateLimited.Http.AI.Tests.Audio;

/// <summary>The length of a recording is told by its headers, however its bytes come, and nothing that claims to be one does any harm.</summary>
public sealed class AudioLengthTests
{
    public static TheoryData<string, byte[], double?> Files => new()
    {
        { "wav", Recordings.Wav(12_500), 12.5 },
        { "wav that was written while it was recorded", Recordings.Wav(3_000, isStreamed: true), 3 },
        { "flac", Recordings.Flac(44_100 * 61, 44_100), 61 },
        { "flac of hours", Recordings.Flac(48_000L * 100_000, 48_000), 100_000 },
        { "flac of nothing", Recordings.Flac(1, 0), null },
        { "mp3", Recordings.Mp3(1_000), 26.0625 },
        { "mp3 behind a tag", Recordings.Mp3(1_000, tag: 30_000), 26.0625 },
        { "mp3 that counts its frames", Recordings.Mp3(500, counted: 3_828), 3_828 * 1_152 / 44_100.0 },
        { "opus", Recordings.Ogg(48_000 * 90, isOpus: true), 90 },
        { "vorbis", Recordings.Ogg(44_100 * 30, isOpus: false), 30 },
        { "mp4", Recordings.Mp4(1_000, 45_500, isLong: false, before: 100), 45.5 },
        { "mp4 whose header is at its end", Recordings.Mp4(48_000, 48_000 * 7, isLong: true, before: 300_000), 7 },
        { "mp4 of a year", Recordings.Mp4(1, 31_000_000, isLong: false, before: 100), null },
        { "text", Recordings.Text("This is no recording at all."), null },
        { "nothing", [], null },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void However_it_is_cut(string what, byte[] file, double? seconds)
    {
        foreach (var size in (int[])[1, 3, 1_000, 65_536, 1_000_000])
        {
            if (size < 100 && file.Length > 60_000)
            {
                continue;
            }

            using var probe = new AudioProbe();
            foreach (var piece in file.Chunk(size))
            {
                probe.Add(piece);
            }

            if (seconds is { } known)
            {
                ((double)probe.Length.ShouldNotBeNull($"{what} in pieces of {size}")).ShouldBe(known, 0.001, $"{what} in pieces of {size}");
            }
            else
            {
                probe.Length.ShouldBeNull(what);
            }
        }
    }

    [Fact]
    public void What_only_claims_to_be_a_recording_does_no_harm()
    {
        var random = new Random(11);
        byte[][] beginnings = [Recordings.Wav(10), Recordings.Flac(10, 10), Recordings.Mp3(2, tag: 100), Recordings.Ogg(10, isOpus: true), Recordings.Mp4(1, 1, isLong: true, before: 100)];
        for (var round = 0; round < 5_000; round++)
        {
            var file = beginnings[round % beginnings.Length].ToArray();
            Array.Resize(ref file, random.Next(Math.Min(file.Length, 6_000) + 1));
            for (var i = random.Next(30); i > 0 && file.Length > 0; i--)
            {
                file[random.Next(file.Length)] = (byte)random.Next(256);
            }

            using var probe = new AudioProbe();
            probe.Add(file);

            (probe.Length ?? 1).ShouldBeInRange(decimal.Zero, 604_800);
        }
    }
}
