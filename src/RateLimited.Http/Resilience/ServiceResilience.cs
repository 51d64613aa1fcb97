using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Resilience;

/// <summary>
/// What one service knows of its bad days: its circuit, its retry budget, the strain it is under. One for all handlers of the service, so that it outlives them. Thread-safe; what decides is in
/// the state machines inside.
/// </summary>
internal sealed partial class ServiceResilience : IServiceCircuit
{
    private const int NotClosed = -1;

    private readonly Lock _lock = new();
    private readonly RetryBudget _budget = new();
    private readonly CircuitBreaker _breaker = new(new BreakerRule());
    private readonly ResilienceTelemetry _telemetry;
    private readonly Random _random;
    private readonly long _origin;
    private volatile ResiliencePlan _plan;

    // The circuit's generation while it is closed: what nearly every request needs to know of it is read without the lock.
    private volatile int _closed;
    private volatile bool _isReduced;
    private bool _hasWarned;
    private int _strain;

    /// <param name="service">The service's name.</param>
    /// <param name="time">The clock.</param>
    /// <param name="telemetry">Whom changes of the circuit and retries are told.</param>
    /// <param name="random">Chance for the pauses; null for a source of its own.</param>
    /// <param name="origin">The timestamp that its clock counts from, where it shares that with others; null for the present.</param>
    public ServiceResilience(string service, TimeProvider time, ResilienceTelemetry telemetry, Random? random = null, long? origin = null)
    {
        Service = service;
        Time = time;
        _telemetry = telemetry;
#pragma warning disable CA5394 // Nothing depends on nobody guessing when a request is repeated.
        _random = random ?? new Random();
#pragma warning restore CA5394
        _origin = origin ?? time.GetTimestamp();
        _closed = _breaker.Generation;
        _plan = new ResiliencePlan(ResilienceRule.Nothing, this);
        telemetry.Observe(() => State);
    }

    public string Service { get; }

    public TimeProvider Time { get; }

    /// <summary>What is configured now.</summary>
    public ResiliencePlan Plan => _plan;

    /// <summary>Whether nothing that is configured, and nobody's hand, concerns requests: they may pass beside the strategies.</summary>
    public bool IsIdle => _plan.IsIdle && _closed != NotClosed;

    /// <summary>Elapsed time in ticks.</summary>
    public long Now => Time.GetElapsedTime(_origin).Ticks;

    public CircuitState State
    {
        get
        {
            lock (_lock)
            {
                return _breaker.State;
            }
        }
    }

    public DegradationLevel Level
    {
        get
        {
            bool? changed;
            bool isReduced;
            lock (_lock)
            {
                changed = Reduce_NeedsLock(_plan.Rule, Now);
                isReduced = _isReduced;
            }

            Tell(circuit: null, changed);
            return State != CircuitState.Closed ? DegradationLevel.Down : isReduced ? DegradationLevel.Reduced : DegradationLevel.Normal;
        }
    }

    /// <summary>Takes over what is configured. The circuit's state, what was counted and the budget stay.</summary>
    public void Apply(ResilienceRule rule)
    {
        if (rule.Breaker is { } breaker)
        {
            Change(() => _breaker.Apply(breaker));
        }
        else if (State is CircuitState.Open or CircuitState.HalfOpen && rule.Health is null)
        {
            Close();
        }

        _others?.ShareCircuit(rule.Breaker is { IsShared: true });
        if (_plan.Rule != rule)
        {
            _plan = new ResiliencePlan(rule, this);
        }
    }

    public void Isolate() => Change(_breaker.Isolate);

    public void Close()
    {
        Change(_breaker.Close);
        TellOthers(CircuitState.Closed);
    }

    /// <summary>Asks the circuit to let one attempt through.</summary>
    /// <param name="request">The attempt's request, of which only the priority matters, and only while the service is spared some.</param>
    /// <param name="pass">What the attempt is reported with.</param>
    /// <param name="refusal">Why not, when not.</param>
    public bool TryEnter(HttpRequestMessage request, out CircuitPass pass, out CircuitOpenException? refusal)
    {
        var closed = _closed;
        if (closed != NotClosed && !_isReduced)
        {
            pass = new CircuitPass(closed, 0);
            refusal = null;
            return true;
        }

        return TryEnterSlowly(request, out pass, out refusal);
    }

    /// <summary>Reports an attempt that was let through, exactly once.</summary>
    /// <param name="rule">What was configured when it began.</param>
    /// <param name="attempt">What became of it.</param>
    public void Report(ResilienceRule rule, in AttemptReport attempt)
    {
        var now = attempt.Ended ?? Now;
        var result = attempt.Reading.Result;
        (CircuitState? Circuit, bool? Level) changed = default;
        lock (_lock)
        {
            if (attempt.IsFirst && rule.Retry is not null)
            {
                _budget.FirstAttempt(now);
            }

            Strain_NeedsLock(result);
            if (rule.Breaker is not null)
            {
                var before = _breaker.State;
                _breaker.Report(now, attempt.Pass, result, rule.Breaker.SlowCall > 0 ? now - attempt.Began : 0, attempt.Reading.Wait, isWhole: !attempt.HasBody);
                changed = (Changed_NeedsLock(before), rule.Degradation is null ? null : Reduce_NeedsLock(rule, now));
                Prove_NeedsLock(rule.Breaker, changed.Circuit, now);
            }
        }

        Tell(changed.Circuit, changed.Level);
        TellOthers(changed.Circuit);
    }

    /// <summary>Reports the end of the body of a response that was reported as a success with a body to come.</summary>
    public void ReportBody(ResilienceRule rule, CircuitPass pass, bool isWhole)
    {
        var now = Now;
        (CircuitState? Circuit, bool? Level) changed;
        lock (_lock)
        {
            Strain_NeedsLock(isWhole ? CallResult.Inconclusive : CallResult.Failure);
            var before = _breaker.State;
            _breaker.ReportBody(now, pass, isWhole);
            changed = (Changed_NeedsLock(before), rule.Degradation is null ? null : Reduce_NeedsLock(rule, now));
            Prove_NeedsLock(rule.Breaker, changed.Circuit, now);
        }

        Tell(changed.Circuit, changed.Level);
        TellOthers(changed.Circuit);
    }

    /// <summary>Takes one repeat from the budget, if it has one left.</summary>
    public bool TryTakeRetry(RetryRule rule)
    {
        lock (_lock)
        {
            return _budget.TryTake(Now, rule.BudgetPercent, rule.BudgetFloor);
        }
    }

    /// <summary>The pause before an attempt is repeated, in ticks.</summary>
    public long PauseAfter(RetryRule rule, AttemptReading reading, int attempt, long previous)
    {
        double chance;
        int strain;
        lock (_lock)
        {
#pragma warning disable CA5394 // As above.
            chance = _random.NextDouble();
#pragma warning restore CA5394
            strain = _strain;
        }

        var backoff = RetryPause.Next(rule, attempt, previous, strain, chance);
        if (reading.Wait is not { } wait)
        {
            return backoff;
        }

        // A refusal says when; an overload says when at the earliest.
        var told = RetryPause.After(wait, rule, chance);
        return reading.Kind == FailureKind.Limited ? told : Math.Max(told, backoff);
    }

    public void Retrying(FailureKind kind, TimeSpan pause) => _telemetry.Retrying((int)kind, pause);

    public void NotRetrying(FailureKind kind, RetryDecision decision) => _telemetry.NotRetrying((int)kind, (int)decision);

    /// <summary>
    /// Takes what health probes say: true closes the circuit and false opens it until then; null says that nobody asks any more. What was done by hand stays.
    /// </summary>
    public void Health(bool? isWell) => Change(() =>
    {
        switch (_breaker.State)
        {
            case CircuitState.Isolated:
                break;
            case CircuitState.Closed or CircuitState.HalfOpen when isWell == false:
            case CircuitState.Open when isWell == false && !_breaker.IsHeld:
                _breaker.Hold();
                break;
            case CircuitState.Open or CircuitState.HalfOpen when isWell == true:
            case CircuitState.Open when isWell is null && _breaker.IsHeld:
                _breaker.Close();
                break;
            default:
                break;
        }
    });

    public void Hedged(bool hasWon) => _telemetry.Hedged(hasWon);

    /// <summary>Warns, once, that somebody around us repeats requests too.</summary>
    public void SeesOuterRetry(string header)
    {
        if (!Interlocked.Exchange(ref _hasWarned, value: true))
        {
            _telemetry.OuterRetrySeen(header);
        }
    }

    public void FellBack(bool found, FallbackCause cause) => _telemetry.FellBack(found, (int)cause);

    private bool TryEnterSlowly(HttpRequestMessage request, out CircuitPass pass, out CircuitOpenException? refusal)
    {
        var now = Now;
        var rule = _plan.Rule;
        bool may;
        long? wait;
        (CircuitState? Circuit, bool? Level) changed;
        CircuitState state;
        bool asks;
        lock (_lock)
        {
            var before = _breaker.State;
            may = MayEnter_NeedsLock(rule, now, out pass, out wait, out asks);
            state = _breaker.State;
            changed = (Changed_NeedsLock(before), Reduce_NeedsLock(rule, now));
            may &= !(_isReduced && (request.RateLimiting()?.Priority ?? RequestPriority.Normal) <= rule.Degradation!.Sheds);
        }

        Tell(changed.Circuit, changed.Level);
        if (asks)
        {
            AskOthers(rule.Breaker!);
        }

        if (!may)
        {
            _telemetry.CircuitRefused();
        }

        refusal = may ? null : new CircuitOpenException(Service, state, wait is { } ticks ? TimeSpan.FromTicks(ticks) : null);
        return may;
    }

    private void Change(Action change)
    {
        CircuitState? changed;
        lock (_lock)
        {
            var before = _breaker.State;
            change();
            changed = Changed_NeedsLock(before);
        }

        Tell(changed);
    }

    private void Strain_NeedsLock(CallResult result)
    {
        if (result != CallResult.Inconclusive && (_strain > 0 || result == CallResult.Failure))
        {
            _strain = Math.Clamp(_strain + (result == CallResult.Failure ? 1 : -1), 0, RetryPause.MostStrain);
        }
    }

    private CircuitState? Changed_NeedsLock(CircuitState before)
    {
        var after = _breaker.State;
        var closed = after == CircuitState.Closed ? _breaker.Generation : NotClosed;
        if (_closed != closed)
        {
            _closed = closed;
        }

        return after == before ? null : after;
    }

    /// <summary>Looks whether the service is spared some requests; null where that is as it was.</summary>
    private bool? Reduce_NeedsLock(ResilienceRule rule, long now)
    {
        var isReduced = rule is { Breaker: not null, Degradation: { } degradation } && _breaker.IsStrained(now, degradation.FailurePercent);
        if (isReduced == _isReduced)
        {
            return null;
        }

        _isReduced = isReduced;
        return isReduced;
    }

    private void Tell(CircuitState? circuit, bool? isReduced = null)
    {
        if (circuit is { } state)
        {
            _telemetry.CircuitChanged(state);
        }

        if (isReduced is { } reduced)
        {
            _telemetry.LevelChanged(reduced);
        }
    }
}
