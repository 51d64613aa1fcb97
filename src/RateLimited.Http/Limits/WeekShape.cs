namespace RateLimited.Http.Limits;

/// <summary>How a quota is spread over the hours of the week, in UTC: by a weight for each hour, none of them nothing, so that every instant has a part. All arithmetic is exact. Immutable.</summary>
internal sealed class WeekShape
{
    public const int Hours = 7 * 24;

    /// <summary>The largest weight: sums over any time stay in range.</summary>
    public const int Largest = 1_000;

    /// <summary>Every hour as much as any other.</summary>
    public static readonly WeekShape Even = new([.. Enumerable.Repeat(1, Hours)]);

    /// <summary>The calendar begins with a Monday.</summary>
    private const long WeekTicks = 7 * TimeSpan.TicksPerDay;

    private readonly int[] _weights;

    /// <summary>What has gone by at the begin of each hour of the week, and at the week's end.</summary>
    private readonly Int128[] _before = new Int128[Hours + 1];

    /// <param name="weights">One for each hour of the week from Monday 00:00 UTC on, 1 to <see cref="Largest"/>.</param>
    public WeekShape(IReadOnlyList<int> weights)
    {
        _weights = [.. weights];
        if (_weights.Length != Hours || _weights.Any(static weight => weight is < 1 or > Largest))
        {
            throw new ArgumentOutOfRangeException(nameof(weights), $"Weights are for {Hours} hours, each from 1 to {Largest}.");
        }

        for (var hour = 0; hour < Hours; hour++)
        {
            _before[hour + 1] = _before[hour] + ((Int128)_weights[hour] * TimeSpan.TicksPerHour);
        }
    }

    /// <summary>What has gone by at an instant, in UTC ticks.</summary>
    public Int128 At(long utc)
    {
        var (weeks, within) = Math.DivRem(Math.Max(utc, 0), WeekTicks);
        var (hour, rest) = Math.DivRem(within, TimeSpan.TicksPerHour);
        return (weeks * _before[Hours]) + _before[hour] + ((Int128)_weights[hour] * rest);
    }

    /// <summary>The first instant at which so much has gone by, in UTC ticks.</summary>
    public long FirstAt(Int128 amount)
    {
        var (weeks, within) = Int128.DivRem(amount, _before[Hours]);
        var hour = Array.BinarySearch(_before, within);
        if (hour < 0)
        {
            hour = ~hour - 1;
        }

        var rest = (within - _before[hour] + _weights[hour] - 1) / _weights[hour];
        return (long)Int128.Min((weeks * WeekTicks) + (hour * TimeSpan.TicksPerHour) + rest, long.MaxValue);
    }

    /// <summary>Whether it spreads as another does.</summary>
    public bool IsSameAs(WeekShape other) => _weights.AsSpan().SequenceEqual(other._weights);
}
