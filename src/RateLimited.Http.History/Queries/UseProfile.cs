namespace RateLimited.Http.History.Queries;

/// <summary>
/// How much of a limit is taken in a minute, by the hour of the day and the day of the week, in UTC. Where little is known of such an hour on such a day, it is what is taken at that hour on any day; and where little is known
/// of that, on average. Not thread-safe.
/// </summary>
internal sealed class UseProfile
{
    /// <summary>Below half an hour an average says nothing.</summary>
    public const int Enough = 30;

    private const int Hours = 24;

    private readonly (long Minutes, long Taken)[] _byWeekdayAndHour = new (long, long)[7 * Hours];

    public void Add(DateTimeOffset minute, long taken)
    {
        ref var cell = ref _byWeekdayAndHour[Place(minute.UtcDateTime)];
        cell = (cell.Minutes + 1, cell.Taken + taken);
    }

    /// <summary>What is taken in a minute at such a time; null where less than half an hour is known of all times together.</summary>
    public double? PerMinuteAt(DateTimeOffset instant)
    {
        var place = Place(instant.UtcDateTime);
        return Average(_byWeekdayAndHour[place])
            ?? Average(Sum(_byWeekdayAndHour.Where((_, other) => other % Hours == place % Hours)))
            ?? Average(Sum(_byWeekdayAndHour));
    }

    private static int Place(DateTime time) => ((int)time.DayOfWeek * Hours) + time.Hour;

    private static double? Average((long Minutes, long Taken) cell) => cell.Minutes < Enough ? null : (double)cell.Taken / cell.Minutes;

    private static (long Minutes, long Taken) Sum(IEnumerable<(long Minutes, long Taken)> cells) =>
        cells.Aggregate((Minutes: 0L, Taken: 0L), static (sum, cell) => (sum.Minutes + cell.Minutes, sum.Taken + cell.Taken));
}
