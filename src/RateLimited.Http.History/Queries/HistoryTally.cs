namespace RateLimited.Http.History.Queries;

/// <summary>Adds up the records of all services. Not thread-safe.</summary>
/// <param name="period">The period that is asked for.</param>
internal sealed class HistoryTally(ReportPeriod period)
{
    /// <summary>A journal may be anybody's, and its names anything.</summary>
    private const int MostServices = 1_000;

    private readonly SortedDictionary<string, ServiceTally> _services = new(StringComparer.OrdinalIgnoreCase);
    private long _lostRefusals;
    private long _lostMinutes;

    public void Add(HistoryRecord record)
    {
        if (record.At < HistoryReport.FirstOf(period) || record.At >= period.To)
        {
            return;
        }

        switch (record)
        {
            case RefusalRecord refusal:
                Of(refusal.Service)?.Add(refusal);
                break;
            case UsageRecord minute:
                Of(minute.Service)?.Add(minute);
                break;
            case LossRecord loss when loss.At >= period.From:
                _lostRefusals += loss.Refusals;
                _lostMinutes += loss.Minutes;
                break;
        }
    }

    public HistoryReport Report(IReadOnlyDictionary<string, string>? presets) => new()
    {
        Period = period,
        Services = [.. _services.Select(service => service.Value.Report(service.Key, presets?.GetValueOrDefault(service.Key)))],
        LostRefusals = _lostRefusals,
        LostMinutes = _lostMinutes,
    };

    private ServiceTally? Of(string service)
    {
        if (!_services.TryGetValue(service, out var tally) && _services.Count < MostServices)
        {
            _services.Add(service, tally = new ServiceTally(period));
        }

        return tally;
    }
}
