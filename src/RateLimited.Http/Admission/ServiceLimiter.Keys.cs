namespace RateLimited.Http.Admission;

/// <summary>The keys that requests go with.</summary>
internal sealed partial class ServiceLimiter
{
    /// <summary>A key for a request that no limit holds up: what goes past the limits does not go without a key. Null where the service has none. The caller says when it has ended.</summary>
    public KeyHandle? PickKey(in AdmissionRequest request)
    {
        var ticket = _pool.Rent();
        ticket.Resolve(_service.PlanOf(request), request);
        var key = _store.PickKey(ticket);
        Abandon(ticket);
        return key;
    }

    /// <summary>A request whose key was picked has ended.</summary>
    public void EndUnheld(KeyHandle key)
    {
        if (Definition.Keys is { Ring: { } ring })
        {
            _store.EndUnheld(ring, key);
        }
    }

    /// <summary>Whether there is a key that the request has not gone with and that may be used, whatever its limits say.</summary>
    /// <param name="request">The request.</param>
    /// <param name="within">Within how many ticks; zero for now.</param>
    public bool HasOpenKey(in AdmissionRequest request, long within = 0)
    {
        var ticket = _pool.Rent();
        ticket.Resolve(_service.PlanOf(request), request);
        var has = _store.HasOpenKey(ticket, within);
        Abandon(ticket);
        return has;
    }

    /// <summary>The upstream accepted the key that a request went with. The ticket has not been completed. Returns whether that may have opened the key for others.</summary>
    public bool AcceptKey(AdmissionTicket ticket) => _store.Accept(ticket);

    /// <summary>Changes how the keys are, while nothing decides, and lets those look again who wait for one. Gets the time on the limits' clock.</summary>
    public void ChangeKeys(Action<long> change)
    {
        _store.Change(() =>
        {
            var now = _store.Clock.Now;
            change(now);
            _service.Shared?.TellRests(now);
        });
        Wake();
    }

    private static (RejectionReason Reason, string? Limit) Told(RejectionReason reason, Partition? by) => by is not { Limit.Scope: LimitScope.KeyHealth }
        ? (reason, by?.Limit.Name)
        : (reason is RejectionReason.Timeout or RejectionReason.LimitReached ? RejectionReason.NoKeyAvailable : reason, null);
}
