namespace Quickstart.Upstreams.Models;

/// <summary>Counts afterwards what the models decide beforehand, so that the books do not lean on the decisions they check.</summary>
internal static class AnyWindow
{
    /// <summary>The most that happened in any half-open interval as long as the window. The times are in order.</summary>
    public static int Most(IReadOnlyList<TimeSpan> times, TimeSpan window)
    {
        var (most, oldest) = (0, 0);
        for (var newest = 0; newest < times.Count; newest++)
        {
            while (times[newest] - times[oldest] >= window)
                oldest++;
            most = Math.Max(most, newest - oldest + 1);
        }

        return most;
    }
}
