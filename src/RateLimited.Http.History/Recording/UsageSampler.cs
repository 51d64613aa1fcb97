using Microsoft.Extensions.Logging;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.History.Recording;

/// <summary>Reads all services each five seconds of the wall clock, and hands over a record of each minute. Thread-safe.</summary>
internal sealed class UsageSampler : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, MinuteUsage> _minutes = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _unreadable = new(StringComparer.OrdinalIgnoreCase);
    private readonly ServiceRegistry _registry;
    private readonly CheckListener _checks;
    private readonly PendingRecords _pending;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ITimer _timer;
    private bool _isStopped = true;

    public UsageSampler(ServiceRegistry registry, CheckListener checks, PendingRecords pending, TimeProvider time, ILoggerFactory loggers)
    {
        (_registry, _checks, _pending, _time) = (registry, checks, pending, time);
        _log = loggers.CreateLogger(HistoryLog.Category);
        _timer = time.CreateTimer(static sampler => ((UsageSampler)sampler!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How long it is to the next sample: they are taken at whole fives of seconds, so that a minute ends with one.</summary>
    public static TimeSpan UntilNext(DateTimeOffset now) => TimeSpan.FromTicks(Interval.Ticks - (now.UtcTicks % Interval.Ticks));

    /// <summary>Begins to sample.</summary>
    public void Start()
    {
        lock (_lock)
        {
            _isStopped = false;
            Sample();
            _timer.Change(UntilNext(_time.GetUtcNow()), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Takes the last sample, and hands over the minute that is under way.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            if (_isStopped)
            {
                return;
            }

            _isStopped = true;
            _timer.Dispose();
            Sample();
            foreach (var minute in _minutes.Values)
            {
                Keep(minute.End());
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private void OnTimer()
    {
        lock (_lock)
        {
            if (!_isStopped)
            {
                Sample();
                _timer.Change(UntilNext(_time.GetUtcNow()), Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Sample()
    {
        try
        {
            var services = _registry.Services;
            foreach (var gone in _minutes.Keys.Except(services, StringComparer.OrdinalIgnoreCase).ToList())
            {
                Keep(_minutes[gone].End());
                _minutes.Remove(gone);
            }

            foreach (var service in services)
            {
                Sample(service);
            }
        }
        catch (ObjectDisposedException)
        {
            // The container is going down.
        }
    }

    private void Sample(string service)
    {
        if (!_minutes.TryGetValue(service, out var minute))
        {
            _minutes.Add(service, minute = new MinuteUsage(service));
        }

        try
        {
            Keep(minute.Observe(_time.GetUtcNow(), _registry.Limiter(service).GetStatus(), _checks.Of(service)));
            _unreadable.Remove(service);
        }
#pragma warning disable CA1031 // What is thrown on a timer's thread ends the program, and nothing that is only watched may do that.
        catch (Exception fault) when (fault is not ObjectDisposedException)
#pragma warning restore CA1031
        {
            if (_unreadable.Add(service))
            {
                HistoryLog.UsageUnreadable(_log, service, fault.GetType().Name);
            }
        }
    }

    private void Keep(UsageRecord? record)
    {
        if (record is not null)
        {
            _pending.Add(record);
        }
    }
}
