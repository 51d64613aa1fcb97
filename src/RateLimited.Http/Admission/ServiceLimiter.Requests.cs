using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission;

/// <summary>The public face for callers that are not an HttpClient.</summary>
internal sealed partial class ServiceLimiter : IServiceRateLimiter
{
    /// <summary>The longest latency that is taken for one.</summary>
    private const long LongestLatency = TimeSpan.TicksPerDay;

    public ValueTask<ServiceLease> AcquireAsync(AdmissionRequest request = default, CancellationToken cancellationToken = default)
    {
        var admission = AdmitAsync(request, cancellationToken);
#pragma warning disable VSTHRD103 // It has completed.
        return admission.IsCompletedSuccessfully ? new ValueTask<ServiceLease>(new Lease(admission.Result)) : AwaitAsync(admission);
#pragma warning restore VSTHRD103

        static async ValueTask<ServiceLease> AwaitAsync(ValueTask<AdmissionTicket> admission) => new Lease(await admission.ConfigureAwait(false));
    }

    public AdmissionResult TryAcquire(AdmissionRequest request = default) =>
        TryAdmit(request, out var refused) is { } ticket ? new AdmissionResult { Lease = new Lease(ticket) } : refused;

    public TimeSpan? EstimateWait(AdmissionRequest request = default)
    {
        if (Mode != RateLimitMode.Enforce)
        {
            return TimeSpan.Zero;
        }

        var ticket = Resolve(request);
        try
        {
            using (HoldLine())
            {
                return ticket.FirstExceeded() is null ? WaitOf(_store.Project(ticket, _line), _store.Clock.Now) : null;
            }
        }
        finally
        {
            Abandon(ticket);
        }
    }

    public IReadOnlyList<ServiceLease> AcquireBatch(IReadOnlyList<AdmissionRequest> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var leases = new List<ServiceLease>();
        foreach (var request in requests)
        {
            if (TryAcquire(request).Lease is not { } lease)
            {
                break;
            }

            leases.Add(lease);
        }

        return leases;
    }

    public void Record(RequestOutcome outcome)
    {
        Heed(outcome);
        Learn(outcome);
    }

    /// <summary>Takes in what the upstream said, without what it did to the request it said it to: that is told by the request's ticket.</summary>
    public void Heed(in RequestOutcome outcome)
    {
        var guard = _service.Guard;
        if (outcome.Latency is { } latency)
        {
            // Whoever measured it may have done so by a clock that jumps.
            var bounded = Math.Clamp(latency.Ticks, 0, LongestLatency);
            _service.ObserveLatency(bounded, Now - bounded);
        }

        if (outcome.Limited)
        {
            Telemetry.Unexpected429();
        }

        if (outcome.RetryAfter is not null || outcome.ResetAfter is not null)
        {
            _store.Signal(_service, outcome);
            Wake();
        }
        else if (_service.Guard < guard)
        {
            Wake();
        }
    }

    public ServiceStatus GetStatus()
    {
        var wait = EstimateWait();
        var now = _store.Clock.Now;
        var faults = _service.Faults;
        IEnumerable<BoundLimit> engaged = faults.IsEngaged ? [faults.Partition.Limit] : [];
        var limits = _service.Globals.Concat(_service.Limits).Concat(engaged).Where(static limit => !limit.IsPace).Select(limit => StatusOf(limit, now)).ToList();
        var keys = _store.KeysOf(_service);
        using (HoldLine())
        {
            return new ServiceStatus
            {
                Service = Service,
                Mode = Mode,
                Limits = limits,
                Keys = keys,
                Line = [.. _line.Classes.Where(each => each.Count > 0).Select(each => new LineStatus(each.Priority, each.Count))],
                LineCapacity = _line.Queue.Length,
                LineBytes = _line.Bytes,
                Wait = wait,
                InFlight = (int)_inFlight.Value,
                ArrivalGuard = new TimeSpan(_service.Guard),
                Pause = new TimeSpan(Math.Max(_service.PausedUntil - now, 0)),
            };
        }
    }

    private LimitStatus StatusOf(BoundLimit limit, long now)
    {
        var parts = limit.PartsPerUnit;
        var (quota, used, fresh, bytes) = (limit.Rule.Capacity, 0L, now, limit.Bytes);
        foreach (var partition in limit.Table?.All ?? [limit.Only!])
        {
            var part = _store.Inspect(partition, _service);
            bytes += part.ExtraBytes;
            if (part.Used >= used)
            {
                (quota, used, fresh, _) = part;
            }
        }

        return new LimitStatus
        {
            Name = limit.Definition.Name,
            Unit = limit.Unit,
            Partition = limit.Scope switch
            {
                LimitScope.Endpoint => $"endpoint {limit.ScopeName}",
                LimitScope.Key or LimitScope.KeyEndpoint => limit.ScopeName,
                _ => limit.Definition.Partition.ToString().ToLowerInvariant(),
            },
            Quota = quota / parts,
            Window = limit.Rule.Window > 0 ? new TimeSpan(limit.Rule.Window) : null,
            Used = Saturating.DivideUp(used, parts),
            Remaining = Math.Max(quota - used, 0) / parts,
            ResetAfter = fresh == LimitRule.Never || limit.Rule.IsReleased ? null : new TimeSpan(Math.Max(fresh - now, 0)),
            IsPaced = limit.Definition.IsPaced,
            Partitions = limit.Table?.Count ?? 1,
            Evicted = limit.Table?.EvictedCount ?? 0,
            Bytes = bytes,
        };
    }

    private AdmissionTicket? TryAdmit(in AdmissionRequest request, out AdmissionResult refused)
    {
        refused = default;
        var ticket = Resolve(request, out var hasGone);
        return hasGone || TryGo(ticket) ? ticket : TryBeforeLine(ticket, out refused);
    }

    /// <summary>Who does not wait may still go before those in line that wait for something it does not need.</summary>
    private AdmissionTicket? TryBeforeLine(AdmissionTicket ticket, out AdmissionResult refused)
    {
        refused = default;
        var reason = RejectionReason.LimitReached;
        Decision projected;
        long now;
        using (HoldLine())
        {
            now = _store.Clock.Now;
            if (_isDisposed || ticket.FirstExceeded() is not null)
            {
                reason = _isDisposed ? RejectionReason.Disposed : RejectionReason.CostExceedsQuota;
                projected = Decision.Wait(LimitRule.Never, ticket.FirstExceeded());
            }
            else
            {
                projected = _store.Project(ticket, _line);
                projected = projected.IsAdmitted ? _store.Admit(ticket) : projected;
            }
        }

        if (projected.IsAdmitted)
        {
            _inFlight.Begin();
            NoteAdmitted(CheckResult.Admitted, ticket);
            return ticket;
        }

        _store.PassBy(ticket);
        (reason, var limit) = Told(reason, projected.Refused);
        NoteRefused(reason, limit, projected.Refused, ticket);
        Abandon(ticket);
        refused = new AdmissionResult { Reason = reason, Limit = limit, RetryAfter = WaitOf(projected, now) };
        return null;
    }

    /// <summary>Takes back a ticket that needs no end.</summary>
    public void Abandon(AdmissionTicket ticket)
    {
        ticket.Unresolve();
        _pool.Return(ticket);
    }

    /// <summary>It lets go of its ticket once, which nobody may touch after that: so whoever uses the ticket holds the gate.</summary>
    private sealed class Lease(AdmissionTicket ticket) : ServiceLease
    {
        private AdmissionTicket? _ticket = ticket;
        private Gate _gate;

        public override string? Key { get; } = ticket.Key?.Chosen?.Name;

        public override CancellationToken Lost
        {
            get
            {
                _gate.Enter();
                try
                {
                    return _ticket is { Plan.Service.Shared: { } shared } held ? shared.LostOf(held) : CancellationToken.None;
                }
                finally
                {
                    _gate.Exit();
                }
            }
        }

        public override void Settle(UnitCost actual)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(actual.Unit, nameof(actual));
            ArgumentOutOfRangeException.ThrowIfNegative(actual.Amount, nameof(actual));
            _gate.Enter();
            try
            {
                _ticket?.Settle(actual);
            }
            finally
            {
                _gate.Exit();
            }
        }

        public override void GiveBack() => Take()?.GiveBack();

        protected override void Dispose(bool disposing) => Take()?.Complete();

        private AdmissionTicket? Take()
        {
            _gate.Enter();
            var taken = _ticket;
            _ticket = null;
            _gate.Exit();
            return taken;
        }
    }
}
