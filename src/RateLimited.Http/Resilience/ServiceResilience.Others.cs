namespace RateLimited.Http.Resilience;

/// <summary>One circuit for all processes of the service, where that is configured.</summary>
internal sealed partial class ServiceResilience
{
    private readonly FleetBreak _fleet = new();
    private IFleetCircuit? _others;

    /// <summary>Tells and hears of the circuits that other processes have. Once, before anything is sent.</summary>
    public void Join(IFleetCircuit others)
    {
        _others = others;
        others.AttachCircuit(OpenedElsewhere, ClosedElsewhere, Claimed);
        others.ShareCircuit(_plan.Rule.Breaker is { IsShared: true });
    }

    private BreakerRule? SharedRule => _others is not null && _plan.Rule.Breaker is { IsShared: true } rule ? rule : null;

    private bool MayEnter_NeedsLock(ResilienceRule rule, long now, out CircuitPass pass, out long? wait, out bool asks)
    {
        asks = false;
        if (_others is not null && rule.Breaker is { IsShared: true } breaker && _breaker.IsBreakOver(now) && !_fleet.MayProbe(now, breaker.Break, out asks))
        {
            (pass, wait) = (default, null);
            return false;
        }

        return _breaker.TryEnter(now, out pass, out wait);
    }

    /// <summary>What this process's own requests have made of the circuit.</summary>
    private void Prove_NeedsLock(BreakerRule? rule, CircuitState? changed, long now)
    {
        if (changed == CircuitState.Closed)
        {
            _fleet.Proved(now, rule?.MaxBreak ?? 0);
        }
        else if (changed == CircuitState.Open)
        {
            _fleet.Forget();
        }
    }

    private void AskOthers(BreakerRule rule)
    {
        if (!_others!.TryClaim(rule.Break))
        {
            Claimed(isGranted: true);
        }
    }

    private void TellOthers(CircuitState? changed)
    {
        if (SharedRule is null)
        {
            return;
        }

        if (changed == CircuitState.Closed)
        {
            _others!.TellClosed();
        }
        else if (changed == CircuitState.Open)
        {
            long left;
            lock (_lock)
            {
                left = _breaker.LeftOfBreak(Now);
            }

            _others!.TellOpened(left);
        }
    }

    private void OpenedElsewhere(long? duration) => Follow(duration is null ? null : rule => _fleet.Hear(Now, duration.Value, rule.MaxBreak));

    private void Claimed(bool isGranted) => Follow(rule => _fleet.Claimed(Now, isGranted, rule.Break, rule.MaxBreak));

    private void Follow(Func<BreakerRule, long?>? until)
    {
        if (SharedRule is not { } rule)
        {
            return;
        }

        Change(() =>
        {
            // What was done by hand stays, and what health probes say.
            if (_breaker.State != CircuitState.Isolated && !_breaker.IsHeld && (until ?? (shared => _fleet.Hear(Now, shared.Break, shared.MaxBreak)))(rule) is { } instant)
            {
                _breaker.Follow(instant);
            }
        });
    }

    private void ClosedElsewhere()
    {
        if (SharedRule is not null)
        {
            Change(() =>
            {
                _fleet.Forget();
                if (_breaker.State is CircuitState.HalfOpen || (_breaker.State is CircuitState.Open && !_breaker.IsHeld))
                {
                    _breaker.Close();
                }
            });
        }
    }
}
