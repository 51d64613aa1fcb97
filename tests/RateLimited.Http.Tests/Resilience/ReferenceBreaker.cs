using RateLimited.Http.Resilience;

namespace RateLimited.Http.Tests.Resilience;

/// <summary>
/// The circuit breaker once more, as plainly as it can be said: lists instead of counters, and nothing that is reset because it could be computed. What the real one does is compared with it.
/// </summary>
internal sealed class ReferenceBreaker(BreakerRule rule)
{
    private readonly List<(long At, bool Failed, bool Slow)> _calls = [];
    private readonly Dictionary<object, long> _probes = [];
    private readonly HashSet<object> _current = [];
    private BreakerRule _rule = rule;
    private int _succeeded;
    private long _until;

    public CircuitState State { get; private set; }

    public void Apply(BreakerRule next)
    {
        _rule = next;
        if (State == CircuitState.HalfOpen && _succeeded >= next.Probes)
        {
            Become(CircuitState.Closed);
        }
    }

    public object? Enter(long now)
    {
        if (State == CircuitState.Open && now >= _until)
        {
            Become(CircuitState.HalfOpen);
        }

        var call = new object();
        switch (State)
        {
            case CircuitState.Closed:
                _current.Add(call);
                return call;
            case CircuitState.HalfOpen:
                foreach (var hanging in _probes.Where(probe => now - probe.Value >= _rule.Break).Select(static probe => probe.Key).ToList())
                {
                    _probes.Remove(hanging);
                }

                if (_probes.Count + _succeeded >= _rule.Probes)
                {
                    return null;
                }

                _probes.Add(call, now);
                return call;
            default:
                return null;
        }
    }

    public void Report(long now, object call, CallResult result, long duration, long? wait)
    {
        var isSlow = _rule.SlowCall > 0 && duration >= _rule.SlowCall;
        if (State == CircuitState.Closed && _current.Contains(call) && result != CallResult.Inconclusive)
        {
            var failed = result == CallResult.Failure;
            _calls.Add((now, failed, isSlow));
            if ((failed || isSlow) && IsTooMuch(now))
            {
                Break(now, wait);
            }
        }
        else if (State == CircuitState.HalfOpen && _probes.Remove(call))
        {
            if (result == CallResult.Failure || (isSlow && result == CallResult.Success))
            {
                Break(now, wait);
            }
            else if (result == CallResult.Success && ++_succeeded == _rule.Probes)
            {
                Become(CircuitState.Closed);
            }
        }
    }

    public void Isolate() => Become(CircuitState.Isolated);

    public void Close() => Become(CircuitState.Closed);

    private void Break(long now, long? wait)
    {
        _until = now + Math.Clamp(wait ?? 0, _rule.Break, _rule.MaxBreak);
        Become(CircuitState.Open);
    }

    private bool IsTooMuch(long now)
    {
        if (_rule.ConsecutiveFailures > 0 && _calls.Count >= _rule.ConsecutiveFailures && _calls.TakeLast(_rule.ConsecutiveFailures).All(static call => call.Failed))
        {
            return true;
        }

        var step = _rule.Window / RollingCounts.Steps;
        var counted = _calls.Where(call => call.At / step > (now / step) - RollingCounts.Steps).ToList();
        return counted.Count >= _rule.MinimumCalls
            && (counted.Count(static call => call.Failed) * 100 >= counted.Count * _rule.FailurePercent
                || (_rule.SlowCall > 0 && counted.Count(static call => call.Slow) * 100 >= counted.Count * _rule.SlowPercent));
    }

    private void Become(CircuitState state)
    {
        State = state;
        _calls.Clear();
        _probes.Clear();
        _current.Clear();
        _succeeded = 0;
    }
}
