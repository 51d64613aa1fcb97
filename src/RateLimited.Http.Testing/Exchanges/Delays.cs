namespace RateLimited.Http.Testing.Exchanges;

/// <summary>How long something takes: uniform between two bounds.</summary>
internal readonly record struct Delays(TimeSpan Least, TimeSpan Most)
{
    public static Delays None { get; }

    /// <exception cref="ArgumentOutOfRangeException">The bounds are negative, or the wrong way round.</exception>
    public static Delays Between(TimeSpan least, TimeSpan most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(least, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, least);
        return new Delays(least, most);
    }

    public TimeSpan Draw(Random random) => Most == TimeSpan.Zero ? TimeSpan.Zero : Least + (random.NextDouble() * (Most - Least));
}
