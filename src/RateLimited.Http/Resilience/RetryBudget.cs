namespace RateLimited.Http.Resilience;

/// <summary>
/// How many repeats a service gets: a share of its first attempts and a small floor, counted over ten seconds. When everything fails, the load on the upstream grows by that share and not
/// by the number of retries. Time is handed in. Not thread-safe.
/// </summary>
internal sealed class RetryBudget
{
    /// <summary>Long enough that a short outage can be paid from the traffic before it.</summary>
    public const long Window = 10 * TimeSpan.TicksPerSecond;

    // Calls are first attempts and failures are repeats.
    private readonly RollingCounts _counts = new(Window);

    public void FirstAttempt(long now) => _counts.Add(now, new Counts(1, 0, 0));

    /// <summary>Takes one repeat, if there is one left.</summary>
    /// <param name="now">The time.</param>
    /// <param name="percent">The share of first attempts.</param>
    /// <param name="floor">How many there are besides.</param>
    public bool TryTake(long now, long percent, long floor)
    {
        var counts = _counts.Total(now);
        if ((counts.Failures + 1 - floor) * 100 > counts.Calls * percent)
        {
            return false;
        }

        _counts.Add(now, new Counts(0, 1, 0));
        return true;
    }
}
