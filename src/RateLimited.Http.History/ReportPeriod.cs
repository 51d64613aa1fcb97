namespace RateLimited.Http.History;

/// <summary>The time that a report is about: a day or a week, in UTC. Immutable.</summary>
public readonly record struct ReportPeriod
{
    private ReportPeriod(DateOnly first, int days) => (From, To) = (At(first), At(first.AddDays(days)));

    /// <summary>Its first instant.</summary>
    public DateTimeOffset From { get; }

    /// <summary>The first instant after it.</summary>
    public DateTimeOffset To { get; }

    /// <summary>Whether it is a day; else it is a week.</summary>
    public bool IsDay => To - From == TimeSpan.FromDays(1);

    /// <summary>A day.</summary>
    /// <param name="day">The day, before the last week of the calendar.</param>
    public static ReportPeriod Day(DateOnly day) => new(day, 1);

    /// <summary>The week, from Monday to Sunday, that a day is in.</summary>
    /// <param name="day">The day, not within the first or the last week of the calendar.</param>
    public static ReportPeriod Week(DateOnly day) => new(day.AddDays(-(((int)day.DayOfWeek + 6) % 7)), 7);

    private static DateTimeOffset At(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}
