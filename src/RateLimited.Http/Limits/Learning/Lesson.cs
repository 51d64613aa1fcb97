namespace RateLimited.Http.Limits.Learning;

/// <summary>
/// What was learned of one limit, as processes tell each other. The version goes up whenever the limit falls, and the first figure is the limit itself: within a version the larger is the newer. Immutable.
/// </summary>
/// <param name="version">How often it fell.</param>
/// <param name="figures">What a process needs to go on from it, in the order of whoever learned it. Not changed any more.</param>
internal sealed class Lesson(long version, long[] figures)
{
    /// <summary>Figures are whole numbers of this part of one.</summary>
    public const int PartsOfOne = 1000;

    /// <summary>No figure is larger: stores count exactly up to twice that.</summary>
    private const long Largest = 1L << 52;

    public long Version => version;

    public long[] Figures => figures;

    /// <summary>A real number, not below zero, as a figure.</summary>
    public static long Figure(double value) => (long)Math.Clamp(Math.Round(value * PartsOfOne), 0, Largest);

    /// <summary>What a figure stands for.</summary>
    public double Real(int index) => (double)figures[index] / PartsOfOne;

    /// <summary>
    /// What a store keeps. A fall counts from whoever knew what is kept when it found it out: of several who were refused at the same time the first brakes for all. Within a version the larger counts,
    /// whoever tells it. Where less is known than to the teller, what the store knew was lost.
    /// </summary>
    /// <param name="kept">What it keeps.</param>
    /// <param name="told">What it is told.</param>
    /// <param name="known">The version that the teller had heard last.</param>
    public static Lesson Kept(Lesson kept, Lesson told, long known) =>
        told.Version > kept.Version ? (known >= kept.Version ? told : kept)
        : told.Version == kept.Version && known == told.Version && told.Figures[0] > kept.Figures[0] ? told
        : kept;

    /// <summary>Whether a process takes over what the store keeps.</summary>
    /// <param name="heard">What the store keeps.</param>
    /// <param name="told">What the process had told it just before.</param>
    /// <param name="own">What the process has learned by now.</param>
    /// <param name="known">The version that it had heard last before.</param>
    public static bool IsNews(Lesson heard, Lesson told, Lesson own, long known) =>
        heard.Version > known ? !heard.IsSame(told)
        : heard.Version == known && own.Version == known && heard.Figures[0] > own.Figures[0];

    public bool IsSame(Lesson other) => version == other.Version && figures.AsSpan().SequenceEqual(other.Figures);
}
