namespace RateLimited.Http.Caching.Redundancy;

/// <summary>The lifetimes and windows that are looked at, and what is best read off them. Pure.</summary>
internal static class Lifetimes
{
    /// <summary>From what saves bursts to what saves a day's polling.</summary>
    public static readonly TimeSpan[] Tried =
    [
        TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromHours(1), TimeSpan.FromHours(6), TimeSpan.FromDays(1),
    ];

    public static readonly TimeSpan[] Windows = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), TimeSpan.FromDays(1)];

    /// <summary>
    /// The knee of the curve, by its place: where what is saved is the most above what evenly growing savings would be. Beyond it answers grow old for little. Of equals, the shortest; null where nothing is saved.
    /// </summary>
    /// <param name="saved">What each of <see cref="Tried"/> saves.</param>
    public static int? Knee(ReadOnlySpan<double> saved)
    {
        var most = saved.IsEmpty ? 0 : saved[^1];
        if (most <= 0)
        {
            return null;
        }

        var (knee, height) = (0, double.MinValue);
        for (var i = 0; i < saved.Length; i++)
        {
            var above = (saved[i] / most) - ((double)i / saved.Length);
            if (above > height + 1e-9)
            {
                (knee, height) = (i, above);
            }
        }

        return knee;
    }
}
