using RateLimited.Http.Limits;
using RateLimited.Http.Resilience;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// The part of a <see cref="CallEnd"/> that costs something: the caller's registration, the timer, and which of them was first. Whoever is first decides; the others are not heard.
/// Thread-safe.
/// </summary>
internal sealed class CallWatch(CancellationTokenSource end, ServiceResilience service)
{
    private readonly Lock _lock = new();
    private CancellationTokenRegistration _caller;
    private ITimer? _timer;
    private long _deadline = LimitRule.Never;
    private long _attempt = LimitRule.Never;
    private CallEnding _ending;

    public CallEnding Ending
    {
        get
        {
            lock (_lock)
            {
                return _ending;
            }
        }
    }

    public void Follow(CancellationToken caller) => _caller = caller.UnsafeRegister(static watch => ((CallWatch)watch!).Cancel(), this);

    public void Watch(long deadline)
    {
        lock (_lock)
        {
            _deadline = deadline;
            Arm_NeedsLock();
        }
    }

    public void WatchAttempt(long deadline, long until)
    {
        lock (_lock)
        {
            _deadline = deadline;
            _attempt = until;
            Arm_NeedsLock();
        }
    }

    public bool EndAttempt()
    {
        lock (_lock)
        {
            _attempt = LimitRule.Never;
            return _ending != CallEnding.AttemptTimeout;
        }
    }

    /// <summary>Returns whether nothing had ended the request before, so that nobody is just cancelling the token.</summary>
    public bool Close()
    {
        bool isFirst;
        lock (_lock)
        {
            isFirst = _ending == CallEnding.None;
            _ending = isFirst ? CallEnding.Closed : _ending;
        }

        // Without waiting for a callback that runs: it is not heard any more.
        _caller.Unregister();
        _timer?.Dispose();
        return isFirst;
    }

    private static CallEnding Over(long now, long deadline, long attempt) =>
        now >= deadline ? CallEnding.TotalTimeout : now >= attempt ? CallEnding.AttemptTimeout : CallEnding.None;

    private void Cancel()
    {
        lock (_lock)
        {
            if (_ending != CallEnding.None)
            {
                return;
            }

            _ending = CallEnding.Caller;
        }

        end.Cancel();
    }

    private void Fire()
    {
        lock (_lock)
        {
            if (_ending != CallEnding.None)
            {
                return;
            }

            _ending = Over(service.Now, _deadline, _attempt);
            if (_ending == CallEnding.None)
            {
                Arm_NeedsLock();
                return;
            }
        }

        try
        {
            end.Cancel();
        }
#pragma warning disable CA1031 // Foreign code on a timer's thread: what it throws would end the process.
        catch
#pragma warning restore CA1031
        {
        }
    }

    private void Arm_NeedsLock()
    {
        var next = Math.Min(_deadline, _attempt);
        if (next == LimitRule.Never || _ending != CallEnding.None)
        {
            return;
        }

        // Armed only once it can be reached from its own callback.
        _timer ??= service.Time.CreateTimer(static watch => ((CallWatch)watch!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        // Timers count whole milliseconds: up, or the last fraction of one would fire without end.
        var rest = Math.Max(next - service.Now, 0);
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling((double)rest / TimeSpan.TicksPerMillisecond)), Timeout.InfiniteTimeSpan);
    }
}
