namespace RateLimited.Http.AI.Money;

/// <summary>What was spent in the present day or month. Begins anew by itself. One thread at a time.</summary>
internal sealed class Period(Func<DateTimeOffset, DateTimeOffset> startOf, Func<DateTimeOffset, DateTimeOffset> endOf, DateTimeOffset began)
{
    private DateTimeOffset _start = startOf(began);
    private DateTimeOffset _counted = began;
    private decimal _spent;

    public static Period Day(DateTimeOffset now) => new(static time => new DateTimeOffset(time.UtcDateTime.Date, TimeSpan.Zero), static start => start.AddDays(1), now);

    public static Period Month(DateTimeOffset now) => new(static time => new DateTimeOffset(time.UtcDateTime.Year, time.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero), static start => start.AddMonths(1), now);

    public void Add(DateTimeOffset now, decimal usd)
    {
        Roll(now);
        _spent += usd;
    }

    public (decimal Spent, decimal? Projected) At(DateTimeOffset now)
    {
        Roll(now);
        var end = endOf(_start);
        return (_spent, Projection.Of(_spent, now - _counted, end - now, end - _start));
    }

    private void Roll(DateTimeOffset now)
    {
        if (startOf(now) > _start)
        {
            (_start, _counted, _spent) = (startOf(now), startOf(now), 0);
        }
    }
}
