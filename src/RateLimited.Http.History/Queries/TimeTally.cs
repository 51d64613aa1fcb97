namespace RateLimited.Http.History.Queries;

/// <summary>Adds up minutes of one hour, hour of the day or weekday. Not thread-safe.</summary>
/// <param name="name">What it is called.</param>
internal sealed class TimeTally(string name)
{
    // A minute in which the program was started anew is in two records.
    private readonly HashSet<DateTimeOffset> _minutes = [];
    private RequestCounts _requests;
    private double _peakShare;

    public void Add(UsageRecord minute)
    {
        _minutes.Add(minute.At);
        _requests = _requests.Plus(RequestCounts.Of(minute));
        foreach (var limit in minute.Limits)
        {
            _peakShare = Math.Max(_peakShare, (double)limit.Peak / Math.Max(limit.Quota, 1));
        }
    }

    public TimeCounts Result() => new(name, _minutes.Count, _requests, _peakShare);
}
