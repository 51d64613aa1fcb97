using System.Globalization;

namespace RateLimited.Http.History.Queries;

/// <summary>Adds up one service's records. Not thread-safe.</summary>
/// <param name="period">The period that is asked for.</param>
internal sealed class ServiceTally(ReportPeriod period)
{
    private const int MostLimits = 10_000;

    private static readonly DayOfWeek[] Week =
        [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday, DayOfWeek.Saturday, DayOfWeek.Sunday];

    private readonly Ranking _byEndpoint = new();
    private readonly Ranking _byTenant = new();
    private readonly Ranking _byKey = new();
    private readonly Ranking _byLimit = new();
    private readonly Ranking _byReason = new();
    private readonly Dictionary<(string Name, string Partition, string Unit), LimitTally> _limits = [];
    private readonly TimeTally[] _byHour = [.. Enumerable.Range(0, 24).Select(static hour => new TimeTally(hour.ToString("00", CultureInfo.InvariantCulture)))];
    private readonly TimeTally[] _byWeekday = [.. Week.Select(static day => new TimeTally(day.ToString()))];
    private readonly TimeTally[] _hours =
        [.. Enumerable.Range(0, (int)(period.To - period.From).TotalHours).Select(hour => new TimeTally(period.From.AddHours(hour).ToString("yyyy-MM-dd'T'HH", CultureInfo.InvariantCulture)))];

    private RequestCounts _requests;
    private long _unexpected429;

    public void Add(RefusalRecord refusal)
    {
        if (IsOfPeriod(refusal.At))
        {
            _byEndpoint.Add(refusal.Endpoint, refusal.Count);
            _byTenant.Add(refusal.Tenant, refusal.Count);
            _byKey.Add(refusal.Key, refusal.Count);
            _byLimit.Add(refusal.Limit, refusal.Count);
            _byReason.Add(refusal.Reason.ToString(), refusal.Count);
        }
    }

    public void Add(UsageRecord minute)
    {
        var isOfPeriod = IsOfPeriod(minute.At);
        if (isOfPeriod)
        {
            _requests = _requests.Plus(RequestCounts.Of(minute));
            _unexpected429 += minute.Unexpected429;
            _hours[(int)(minute.At - period.From).TotalHours].Add(minute);
        }

        _byHour[minute.At.UtcDateTime.Hour].Add(minute);
        _byWeekday[Array.IndexOf(Week, minute.At.UtcDateTime.DayOfWeek)].Add(minute);
        foreach (var limit in minute.Limits)
        {
            var place = (limit.Name, limit.Partition, limit.Unit);
            if (!_limits.TryGetValue(place, out var tally) && _limits.Count < MostLimits)
            {
                _limits.Add(place, tally = new LimitTally());
            }

            tally?.Add(minute.At, limit, isOfPeriod);
        }
    }

    public ServiceReport Report(string service, string? preset)
    {
        LimitReport[] limits = [.. _limits.Values.Select(static limit => limit.Result()).OfType<LimitReport>()
            .OrderBy(static limit => limit.BreathingRoom).ThenBy(static limit => limit.Name, StringComparer.Ordinal).ThenBy(static limit => limit.Partition, StringComparer.Ordinal)];
        return new ServiceReport
        {
            Service = service,
            Requests = _requests,
            Unexpected429 = _unexpected429,
            ByEndpoint = _byEndpoint.Result(),
            ByTenant = _byTenant.Result(),
            ByKey = _byKey.Result(),
            ByLimit = _byLimit.Result(),
            ByReason = _byReason.Result(),
            Limits = limits,
            Hours = [.. _hours.Select(static hour => hour.Result())],
            ByHour = [.. _byHour.Select(static hour => hour.Result())],
            ByWeekday = [.. _byWeekday.Select(static day => day.Result())],
            Tiers = TierFit.Of(preset ?? service, limits),
        };
    }

    private bool IsOfPeriod(DateTimeOffset at) => at >= period.From && at < period.To;
}
