using System.Globalization;
using System.Text;

namespace RateLimited.Http.Admission.Persistence;

/// <summary>
/// One file of the store: a head with the version, a frame with all that was known when it was begun, and a frame for each change since. It is written by one process, whose clock its instants are on.
/// </summary>
/// <param name="Frames">What stands in its whole frames, that of the begin first.</param>
/// <param name="State">How it ends: as it was written, within a frame, or with one that was changed.</param>
/// <param name="WholeLength">Where the last whole frame ends.</param>
internal sealed record Generation(IReadOnlyList<ReadOnlyMemory<byte>> Frames, FrameState State, long WholeLength)
{
    public const int Version = 1;

    private const string Prefix = "limits.";
    private const string Magic = "rate-limits";

    /// <summary>What every file begins with.</summary>
    public static byte[] Head { get; } = HeadOf(Version);

    public static string NameOf(long number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:00000000}");

    /// <summary>The numbers of all files of a directory, the newest first.</summary>
    public static IReadOnlyList<long> In(string directory) =>
        [.. Directory.EnumerateFiles(directory, $"{Prefix}*").Select(static path => NumberOf(Path.GetFileName(path))).OfType<long>().OrderDescending()];

    /// <summary>Reads a file.</summary>
    /// <returns>Null where not even what it begins with is whole.</returns>
    /// <exception cref="NotSupportedException">It is of another version.</exception>
    public static Generation? Read(ReadOnlyMemory<byte> file)
    {
        if (file.Length < Head.Length)
        {
            return null;
        }

        if (!file.Span.StartsWith(Head))
        {
            return file.Span.StartsWith(Head.AsSpan(0, Magic.Length)) ? throw new NotSupportedException($"it is not of version {Version}") : null;
        }

        var frames = new List<ReadOnlyMemory<byte>>();
        var state = FrameState.Whole;
        var length = Head.Length;
        while (length < file.Length && (state = Frame.Read(file[length..], out var content)) == FrameState.Whole)
        {
            frames.Add(content);
            length += Frame.HeadLength + content.Length;
        }

        return frames.Count == 0 ? null : new Generation(frames, state, length);
    }

    private static long? NumberOf(string name) => long.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static byte[] HeadOf(int version) => [.. Encoding.ASCII.GetBytes(Magic), (byte)version, .. "\r\n\0\0"u8];
}
