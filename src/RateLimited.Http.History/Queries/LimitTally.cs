namespace RateLimited.Http.History.Queries;

/// <summary>Adds up one limit's minutes. Not thread-safe.</summary>
internal sealed class LimitTally
{
    /// <summary>Of a shorter window nobody needs to be told when it will be used up.</summary>
    private static readonly TimeSpan ShortestForecast = TimeSpan.FromHours(1);

    private readonly UseProfile _profile = new();
    private readonly SortedDictionary<DateOnly, double> _peaks = [];
    private (DateTimeOffset At, LimitUsage Usage)? _highest;
    private (DateTimeOffset At, LimitUsage Usage)? _last;
    private long _taken;

    public void Add(DateTimeOffset minute, LimitUsage usage, bool isOfPeriod)
    {
        _profile.Add(minute, usage.Taken);
        var day = DateOnly.FromDateTime(minute.UtcDateTime);
        _peaks[day] = Math.Max(_peaks.GetValueOrDefault(day), ShareOf(usage));
        if (!isOfPeriod)
        {
            return;
        }

        _taken += usage.Taken;
        _highest = _highest is { } highest && ShareOf(highest.Usage) >= ShareOf(usage) ? highest : (minute, usage);
        _last = _last is { } last && last.At > minute ? last : (minute, usage);
    }

    /// <summary>Null where it is in no minute of the period.</summary>
    public LimitReport? Result()
    {
        if (_highest is not { } highest || _last is not { } last)
        {
            return null;
        }

        var left = Math.Max(last.Usage.Quota - last.Usage.Used, 0);
        return new LimitReport
        {
            Name = highest.Usage.Name,
            Unit = highest.Usage.Unit,
            Partition = highest.Usage.Partition,
            Window = highest.Usage.Window,
            Quota = highest.Usage.Quota,
            Peak = highest.Usage.Peak,
            PeakAt = highest.At,
            Taken = _taken,
            Left = left,
            RunsOutAt = last.Usage is { ResetAfter: { } reset, Window: { } window } && window >= ShortestForecast
                ? QuotaForecast.RunsOutAt(last.At.AddMinutes(1), left, reset, _profile.PerMinuteAt)
                : null,
            OutgrownOn = QuotaForecast.OutgrownOn([.. _peaks.Select(static peak => (peak.Key, peak.Value))]),
        };
    }

    private static double ShareOf(LimitUsage usage) => (double)usage.Peak / Math.Max(usage.Quota, 1);
}
