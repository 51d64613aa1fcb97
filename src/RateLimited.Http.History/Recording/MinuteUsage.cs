namespace RateLimited.Http.History.Recording;

/// <summary>Makes one record of all samples of a service within a minute. Not thread-safe.</summary>
/// <param name="service">The service's name.</param>
internal sealed class MinuteUsage(string service)
{
    private readonly Dictionary<(string Name, string Partition, string Unit), LimitMinute> _limits = [];
    private DateTimeOffset? _minute;
    private CheckCounts _last;
    private CheckCounts _now;
    private IReadOnlyList<KeyStatus> _keys = [];

    /// <summary>Takes in a sample. The first of another minute ends the one before, of which it is the last too: returned is that minute's record.</summary>
    /// <param name="now">When the sample was taken; a wall clock that was set back ends a minute as well.</param>
    /// <param name="status">How the service is.</param>
    /// <param name="counts">What became of its requests since the program started.</param>
    public UsageRecord? Observe(DateTimeOffset now, ServiceStatus status, in CheckCounts counts)
    {
        var minute = MinuteOf(now);
        var isOver = _minute is { } current && current != minute;
        Take(status, counts);
        if (!isOver)
        {
            _minute ??= minute;
            return null;
        }

        var record = End();
        _minute = minute;
        Take(status, counts);
        return record;
    }

    /// <summary>Ends the minute that is under way; null where none is.</summary>
    public UsageRecord? End()
    {
        if (_minute is not { } minute)
        {
            return null;
        }

        var counts = _now - _last;
        var record = new UsageRecord
        {
            At = minute,
            Service = service,
            Admitted = counts.Admitted,
            Waited = counts.Waited,
            Refused = counts.Refused,
            DryRun = counts.DryRun,
            Bypassed = counts.Bypassed,
            Unexpected429 = counts.Unexpected429,
            Limits = [.. _limits.Values.Where(static limit => limit.Usage is not null).Select(static limit => limit.Usage!)],
            Keys = [.. _keys.Select(static key => new KeyUsage(key.Name, key.State, key.Requests))],
        };
        _last = _now;
        _minute = null;
        foreach (var (place, limit) in _limits.ToList())
        {
            // What no sample of this minute had is gone.
            if (limit.Usage is null)
            {
                _limits.Remove(place);
            }

            limit.Usage = null;
        }

        return record;
    }

    private static DateTimeOffset MinuteOf(DateTimeOffset now) => new(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);

    private void Take(ServiceStatus status, in CheckCounts counts)
    {
        _now = counts;
        _keys = status.Keys;
        foreach (var limit in status.Limits)
        {
            var place = (limit.Name, limit.Partition, limit.Unit);
            if (!_limits.TryGetValue(place, out var minute))
            {
                _limits.Add(place, minute = new LimitMinute());
            }

            minute.Take(limit);
        }
    }

    private sealed class LimitMinute
    {
        private long? _before;

        /// <summary>Null before the minute's first sample.</summary>
        public LimitUsage? Usage { get; set; }

        public void Take(LimitStatus limit)
        {
            // What was used before the first sample was taken since the program started, or before it: nobody knows.
            var taken = _before is { } before ? Math.Max(limit.Used - before, 0) : 0;
            _before = limit.Used;
            var isPeak = Usage is null || (double)limit.Used / Math.Max(limit.Quota, 1) >= (double)Usage.Peak / Math.Max(Usage.Quota, 1);
            Usage = new LimitUsage
            {
                Name = limit.Name,
                Unit = limit.Unit,
                Partition = limit.Partition,
                Window = limit.Window,
                Quota = isPeak ? limit.Quota : Usage!.Quota,
                Peak = isPeak ? limit.Used : Usage!.Peak,
                Used = limit.Used,
                Taken = (Usage?.Taken ?? 0) + taken,
                ResetAfter = limit.ResetAfter,
                Partitions = limit.Partitions,
            };
        }
    }
}
