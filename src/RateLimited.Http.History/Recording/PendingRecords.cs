using RateLimited.Http.History.Configuration;

namespace RateLimited.Http.History.Recording;

/// <summary>What became of something that was to be recorded.</summary>
internal enum Pending
{
    /// <summary>It is written some time.</summary>
    Kept,

    /// <summary>The same, and there is enough to write now.</summary>
    Enough,

    /// <summary>Too much is pending: it was counted, and is lost.</summary>
    Dropped,
}

/// <summary>What was taken out of the pending records to be written.</summary>
/// <param name="Records">Oldest first.</param>
/// <param name="LostRefusals">How many refusals were dropped before, which no record tells of yet.</param>
/// <param name="LostMinutes">The same of minutes.</param>
internal readonly record struct RecordBatch(IReadOnlyList<HistoryRecord> Records, long LostRefusals, long LostMinutes);

/// <summary>
/// What is to be written: bounded, alike refusals of one minute as one record, so that a flood of them takes no more than one. Knows when there is enough to write, and what was dropped. Thread-safe: callers hold the lock only to
/// count.
/// </summary>
/// <param name="settings">How much may be pending, and how much is enough.</param>
internal sealed class PendingRecords(HistorySettings settings)
{
    /// <summary>Names of endpoints and tenants come from callers: a longer one is cut.</summary>
    public const int LongestText = 256;

    private readonly Lock _lock = new();
    private readonly List<HistoryRecord> _others = [];
    private Dictionary<RefusalKey, Tally> _refusals = [];
    private long _refusalsSinceTaken;
    private bool _isEnough;
    private long _lostRefusals;
    private long _lostMinutes;
    private long _dropped;

    /// <summary>How many refusals and minutes were dropped so far.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Takes in a refusal. That there is enough is said once for each batch.</summary>
    /// <param name="refused">The request.</param>
    /// <param name="at">When it was refused.</param>
    public Pending Add(in RefusedRequest refused, DateTimeOffset at)
    {
        var bounded = refused with { Endpoint = Cut(refused.Endpoint), Tenant = Cut(refused.Tenant) };
        var key = new RefusalKey(bounded, at.UtcTicks / TimeSpan.TicksPerMinute);
        var options = settings.Current;
        lock (_lock)
        {
            if (_refusals.TryGetValue(key, out var tally))
            {
                tally.Count++;
            }
            else if (_refusals.Count + _others.Count < options.MaxPending)
            {
                _refusals.Add(key, new Tally(at));
            }
            else
            {
                _lostRefusals++;
                _dropped++;
                return Pending.Dropped;
            }

            if (++_refusalsSinceTaken < options.BatchSize || _isEnough)
            {
                return Pending.Kept;
            }

            _isEnough = true;
            return Pending.Enough;
        }
    }

    /// <summary>Takes in a service's minute.</summary>
    public void Add(UsageRecord usage)
    {
        lock (_lock)
        {
            if (_refusals.Count + _others.Count < settings.Current.MaxPending)
            {
                _others.Add(usage);
            }
            else
            {
                _lostMinutes++;
                _dropped++;
            }
        }
    }

    /// <summary>Takes out all that is pending.</summary>
    public RecordBatch Take()
    {
        Dictionary<RefusalKey, Tally> refusals;
        List<HistoryRecord> records;
        (long Refusals, long Minutes) lost;
        lock (_lock)
        {
            refusals = _refusals;
            _refusals = [];
            records = [.. _others];
            _others.Clear();
            lost = (_lostRefusals, _lostMinutes);
            (_refusalsSinceTaken, _isEnough, _lostRefusals, _lostMinutes) = (0, false, 0, 0);
        }

        records.AddRange(refusals.Select(static pair => RecordOf(pair.Key.Refused, pair.Value)));
        return new RecordBatch([.. records.OrderBy(static record => record.At)], lost.Refusals, lost.Minutes);
    }

    /// <summary>What was taken out could not be written.</summary>
    public void Lose(in RecordBatch batch)
    {
        var refusals = batch.Records.OfType<RefusalRecord>().Sum(static record => record.Count);
        long minutes = batch.Records.Count(static record => record is UsageRecord);
        lock (_lock)
        {
            _lostRefusals += batch.LostRefusals + refusals;
            _lostMinutes += batch.LostMinutes + minutes;
            _dropped += refusals + minutes;
        }
    }

    private static string? Cut(string? text) => text is { Length: > LongestText } ? text[..LongestText] : text;

    private static RefusalRecord RecordOf(in RefusedRequest refused, Tally tally) => new()
    {
        At = tally.First,
        Count = tally.Count,
        Service = refused.Service,
        Reason = refused.Reason,
        Limit = refused.Limit,
        Endpoint = refused.Endpoint,
        Tenant = refused.Tenant,
        Key = refused.Key,
        Priority = refused.Priority,
    };

    private readonly record struct RefusalKey(RefusedRequest Refused, long Minute);

    private sealed class Tally(DateTimeOffset first)
    {
        public DateTimeOffset First { get; } = first;

        public long Count { get; set; } = 1;
    }
}
