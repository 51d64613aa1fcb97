using RateLimited.Http.Benchmarks.Measuring;

namespace RateLimited.Http.Benchmarks.Ratios;

/// <summary>A figure to measure, by name, and what it must reach.</summary>
internal sealed record Figure(string Name, Target Target, Func<string, Ratio> Measure);

/// <summary>What a figure must reach.</summary>
internal sealed record Target(string Text, Func<Ratio, bool> IsMet)
{
    /// <summary>Shown beside the others, promised to nobody.</summary>
    public static Target None { get; } = new(string.Empty, static _ => true);

    public static Target NoBytes { get; } = new("bytes=0", static ratio => Math.Round(ratio.Bytes, 1) == 0);

    public static Target AtMost(double most) => new(FormattableString.Invariant($"ratio at most {most:0.##}"), ratio => ratio.Peer > 0 && ratio.Ours / ratio.Peer <= most);

    /// <summary>So much of the rival's rate.</summary>
    public static Target OfRate(double least) => new(FormattableString.Invariant($"{least:0.##} of the peer's rate"), ratio => ratio.Ours > 0 && ratio.Peer / ratio.Ours >= least);

    public static Target Bytes(double most) => new(FormattableString.Invariant($"at most {most:0} B"), ratio => Math.Round(ratio.Bytes) <= most);

    /// <summary>So much of the rival's, in time and in bytes.</summary>
    public static Target InTimeAndBytes(double most) => new(
        FormattableString.Invariant($"ratio at most {most:0.##} in time and in bytes"),
        ratio => ratio.Peer > 0 && ratio.Ours / ratio.Peer <= most && ratio.PeerBytes is > 0 and var bytes && ratio.Bytes / bytes <= most);

    /// <summary>So much by itself, whatever the rival takes.</summary>
    public static Target Within(double nanoseconds, double bytes) => new(
        FormattableString.Invariant($"at most {nanoseconds} ns and {bytes} B"),
        ratio => ratio.Ours <= nanoseconds && Math.Round(ratio.Bytes, 1) <= bytes);

    /// <summary>So much more than the rival, in nanoseconds and bytes.</summary>
    public static Target Above(double nanoseconds, double bytes) => new(
        FormattableString.Invariant($"at most {nanoseconds} ns and {bytes} B above the peer"),
        ratio => ratio.Ours - ratio.Peer <= nanoseconds && ratio.Bytes <= bytes);
}
