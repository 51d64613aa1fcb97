namespace RateLimited.Http.Resilience;

/// <summary>The right to make one call, to be reported once.</summary>
/// <param name="Generation">Which period of the circuit it belongs to: what is reported after its end says nothing of the next one.</param>
/// <param name="Probe">The number of the probe that it is; zero for a call that is none.</param>
internal readonly record struct CircuitPass(int Generation, int Probe);

/// <summary>
/// A circuit breaker. Time is handed in, in ticks of a clock that only goes forward; nothing here waits, locks or calls out. Not thread-safe.
/// </summary>
/// <remarks>
/// Closed → Open: the share of failures or of slow calls in the window is reached, or so many failures came one after the other.
/// Open → HalfOpen: the break is over and somebody asks.
/// HalfOpen → Closed: so many probes succeeded as are asked for. HalfOpen → Open: one failed.
/// A probe that is cancelled, or refused for its number, says nothing and gives its place back. One that has not reported after the length of a break has lost its place to the next, and what
/// it reports then is not heard. What is reported of calls that began before the last change of state is not heard either.
/// </remarks>
internal sealed class CircuitBreaker
{
    private BreakerRule _rule;
    private RollingCounts _counts;
    private Probe[] _probes;
    private int _consecutive;
    private int _succeeded;
    private int _sequence;
    private long _until;

    public CircuitBreaker(BreakerRule rule)
    {
        _rule = rule;
        _counts = new RollingCounts(rule.Window);
        _probes = new Probe[rule.Probes];
    }

    public CircuitState State { get; private set; }

    public int Generation { get; private set; }

    /// <summary>Takes over another rule. The state stays, and so does the end of a break that has begun.</summary>
    public void Apply(BreakerRule rule)
    {
        if (rule.Window != _rule.Window)
        {
            _counts = new RollingCounts(rule.Window);
        }

        if (rule.Probes != _probes.Length)
        {
            Array.Resize(ref _probes, rule.Probes);
        }

        _rule = rule;
        if (State == CircuitState.HalfOpen && _succeeded >= rule.Probes)
        {
            Close();
        }
    }

    /// <summary>Asks to make a call.</summary>
    /// <param name="now">The time.</param>
    /// <param name="pass">What to report the call with.</param>
    /// <param name="wait">When there is none: how long until there may be one, above zero; null where nobody knows.</param>
    public bool TryEnter(long now, out CircuitPass pass, out long? wait)
    {
        pass = new CircuitPass(Generation, 0);
        wait = null;
        switch (State)
        {
            case CircuitState.Closed:
                return true;
            case CircuitState.Isolated:
                return false;
            case CircuitState.Open when now < _until:
                wait = IsHeld ? null : _until - now;
                return false;
            case CircuitState.Open:
                Become(CircuitState.HalfOpen);
                return TryProbe(now, out pass, out wait);
            default:
                return TryProbe(now, out pass, out wait);
        }
    }

    /// <summary>Reports a call that was allowed.</summary>
    /// <param name="now">The time.</param>
    /// <param name="pass">The call's pass.</param>
    /// <param name="result">What it says of the service.</param>
    /// <param name="duration">How long it took, in ticks.</param>
    /// <param name="wait">How long the upstream wants no call, in ticks: a break that begins now lasts at least so long.</param>
    /// <param name="isWhole">Whether that is all there is to know: of a response whose body is still to come <see cref="ReportBody"/> tells the rest.</param>
    public void Report(long now, CircuitPass pass, CallResult result, long duration, long? wait, bool isWhole = true)
    {
        if (pass.Generation != Generation)
        {
            return;
        }

        var isSlow = _rule.SlowCall > 0 && duration >= _rule.SlowCall;
        if (State == CircuitState.HalfOpen)
        {
            ReportProbe(now, pass, isSlow && result == CallResult.Success ? CallResult.Failure : result, wait);
        }
        else if (State == CircuitState.Closed && result != CallResult.Inconclusive)
        {
            var isFailure = result == CallResult.Failure;
            _counts.Add(now, new Counts(1, isFailure ? 1 : 0, isSlow ? 1 : 0));
            _consecutive = isFailure ? _consecutive + 1 : isWhole ? 0 : _consecutive;
            if ((isFailure || isSlow) && IsTooMuch(now))
            {
                Open(now, wait);
            }
        }
    }

    /// <summary>Reports the body of a call that was reported as a success: one that broke off makes a failure of it.</summary>
    /// <param name="now">The time.</param>
    /// <param name="pass">The call's pass.</param>
    /// <param name="isWhole">Whether it came to its end.</param>
    public void ReportBody(long now, CircuitPass pass, bool isWhole)
    {
        if (pass.Generation != Generation)
        {
            return;
        }

        if (State == CircuitState.HalfOpen && !isWhole)
        {
            Open(now, wait: null);
        }
        else if (State == CircuitState.Closed)
        {
            _consecutive = isWhole ? 0 : _consecutive + 1;
            if (!isWhole)
            {
                // The call itself was counted with its headers.
                _counts.Add(now, new Counts(0, 1, 0));
                if (IsTooMuch(now))
                {
                    Open(now, wait: null);
                }
            }
        }
    }

    /// <summary>Whether the circuit is closed and that share of calls failed, in percent.</summary>
    public bool IsStrained(long now, int percent)
    {
        if (State != CircuitState.Closed)
        {
            return false;
        }

        var counts = _counts.Total(now);
        return counts.Calls >= _rule.MinimumCalls && counts.Failures * 100 >= counts.Calls * percent;
    }

    /// <summary>Lets nothing through until it is closed by hand.</summary>
    public void Isolate() => Become(CircuitState.Isolated);

    /// <summary>Opens the circuit for a break, as a failing probe does.</summary>
    public void Open(long now, long? wait)
    {
        _until = now + Math.Clamp(wait ?? 0, _rule.Break, Math.Max(_rule.Break, _rule.MaxBreak));
        Become(CircuitState.Open);
    }

    /// <summary>Whether the circuit is open and its break over: whoever asks is a probe.</summary>
    public bool IsBreakOver(long now) => State == CircuitState.Open && now >= _until;

    /// <summary>Opens the circuit until an instant, as somebody else has; a break that lasts longer lasts as long.</summary>
    public void Follow(long until)
    {
        _until = State == CircuitState.Open ? Math.Max(_until, until) : until;
        Become(CircuitState.Open);
    }

    /// <summary>How long a break lasts from now on, in ticks; zero when there is none.</summary>
    public long LeftOfBreak(long now) => State == CircuitState.Open ? Math.Max(_until - now, 0) : 0;

    /// <summary>Whether a break has no end but the one that somebody makes who asks the service otherwise.</summary>
    public bool IsHeld => State == CircuitState.Open && _until == long.MaxValue;

    /// <summary>Opens the circuit until it is closed: no request is a probe.</summary>
    public void Hold()
    {
        _until = long.MaxValue;
        Become(CircuitState.Open);
    }

    /// <summary>Lets everything through and forgets what was counted.</summary>
    public void Close() => Become(CircuitState.Closed);

    private void ReportProbe(long now, CircuitPass pass, CallResult result, long? wait)
    {
        var place = Array.FindIndex(_probes, probe => probe.Sequence == pass.Probe && pass.Probe != 0);
        if (place < 0)
        {
            return;
        }

        _probes[place] = default;
        if (result == CallResult.Failure)
        {
            Open(now, wait);
        }
        else if (result == CallResult.Success && ++_succeeded >= _rule.Probes)
        {
            Close();
        }
    }

    private bool TryProbe(long now, out CircuitPass pass, out long? wait)
    {
        pass = default;
        wait = null;
        var free = -1;
        var taken = 0;
        var soonest = long.MaxValue;
        for (var i = 0; i < _probes.Length; i++)
        {
            var rest = _probes[i].Sequence == 0 ? 0 : _probes[i].Began + _rule.Break - now;
            if (rest <= 0)
            {
                _probes[i] = default;
                free = i;
            }
            else
            {
                taken++;
                soonest = Math.Min(soonest, rest);
            }
        }

        if (free < 0 || taken + _succeeded >= _rule.Probes)
        {
            wait = taken == 0 ? null : soonest;
            return false;
        }

        _sequence = _sequence == int.MaxValue ? 1 : _sequence + 1;
        _probes[free] = new Probe(_sequence, now);
        pass = new CircuitPass(Generation, _sequence);
        return true;
    }

    private bool IsTooMuch(long now)
    {
        if (_rule.ConsecutiveFailures > 0 && _consecutive >= _rule.ConsecutiveFailures)
        {
            return true;
        }

        var counts = _counts.Total(now);
        return counts.Calls >= _rule.MinimumCalls
            && (counts.Failures * 100 >= counts.Calls * _rule.FailurePercent || (_rule.SlowCall > 0 && counts.Slow * 100 >= counts.Calls * _rule.SlowPercent));
    }

    private void Become(CircuitState state)
    {
        State = state;
        Generation = Generation == int.MaxValue ? 0 : Generation + 1;
        _counts.Clear();
        _consecutive = 0;
        _succeeded = 0;
        Array.Clear(_probes);
    }

    private readonly record struct Probe(int Sequence, long Began);
}
