namespace RateLimited.Http.Benchmarks.Measuring;

/// <summary>One figure beside its rival's.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Ours">Ours; nanoseconds for one operation unless the name says something else.</param>
/// <param name="Peer">The rival's.</param>
/// <param name="Bytes">What one operation of ours allocates.</param>
internal readonly record struct Ratio(string Name, double Ours, double Peer, double Bytes)
{
    /// <summary>What one operation of the rival allocates, where that is compared.</summary>
    public double? PeerBytes { get; init; }

    public override string ToString() =>
        FormattableString.Invariant($"ratio {Name} ours={Ours:0.0##} peer={Peer:0.0##} ratio={(Peer == 0 ? 0 : Ours / Peer):0.000} bytes={Math.Round(Bytes, 1):0.#}")
        + (PeerBytes is { } bytes ? FormattableString.Invariant($" peer-bytes={Math.Round(bytes, 1):0.#}") : string.Empty);
}
