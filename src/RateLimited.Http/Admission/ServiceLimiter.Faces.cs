using System.Runtime.CompilerServices;
using System.Threading.RateLimiting;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission;

/// <summary>What the faces for System.Threading.RateLimiting need: permits are requests, and most acquisitions hold nothing.</summary>
internal sealed partial class ServiceLimiter
{
    private RefusedPermits? _lastRefusal;

    /// <summary>Whether nobody waits, so that a newcomer may try.</summary>
    private bool IsLineEmpty => _line.Count == 0 && !_isDisposed;

    public RateLimitLease AttemptPermits(int permits)
    {
        var plan = _service.DefaultPlan;
        if (plan.Shared is { } shared && permits > 0 && IsLineEmpty && Mode == RateLimitMode.Enforce)
        {
            var decision = _store.AdmitShared(plan, shared, permits);
            return decision.IsAdmitted ? AdmittedForGood() : RefusedPlainUntil(decision, permits);
        }

        return AttemptPlain(permits);
    }

    /// <summary>Ends what a lease without a ticket holds.</summary>
    public void Release(Partition[] held, int permits)
    {
        _inFlight.End();
        Wake(_store.Release(held, permits), released: null);
    }

    public RateLimitLease AttemptPermits(in AdmissionRequest request, int permits)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (permits > 0 && IsLineEmpty && Mode == RateLimitMode.Enforce && request.Costs is null && _service.PlanOf(request) is { IsCountedByRequests: true } plan)
        {
            var decision = _store.AdmitRequest(plan, request, permits);
            return decision.IsAdmitted ? AdmittedForGood(request) : RefusedUntil(decision, request, permits);
        }

        if (TryHold(request, permits, out var full) is { } held)
        {
            return held;
        }

        if (full is { } refusedBy)
        {
            return RefusedUntil(refusedBy, request, permits);
        }

        if (permits == 0)
        {
            // Asks whether one could be had, without taking it.
            return EstimateWait(request) == TimeSpan.Zero ? PermitLease.Admitted : new RefusedPermits(_store.Clock, LimitRule.Never, limit: null);
        }

        return TryAdmit(RequestFor(request, permits), out var refused) is { } ticket ? PermitLease.Of(ticket) : RefusedAfter(refused.RetryAfter, refused.Limit);
    }

    public ValueTask<RateLimitLease> AcquirePermitsAsync(in AdmissionRequest request, int permits, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<RateLimitLease>(cancellationToken);
        }

        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (permits == 0)
        {
            return new ValueTask<RateLimitLease>(AttemptPermits(request, permits));
        }

        if (IsLineEmpty && Mode == RateLimitMode.Enforce && request.Costs is null && _service.PlanOf(request) is { IsCountedByRequests: true } plan)
        {
            // Whoever does not go at once is not refused: it waits.
            var decision = plan.Shared is { } shared ? _store.AdmitShared(plan, shared, permits) : _store.AdmitRequest(plan, request, permits);
            if (decision.IsAdmitted)
            {
                return new ValueTask<RateLimitLease>(AdmittedForGood(request));
            }
        }
        else if (TryHold(request, permits, out _) is { } held)
        {
            return new ValueTask<RateLimitLease>(held);
        }

        // Other limiters of this face wait as long as the caller does; the line's own timeout is for requests.
        var ticket = Resolve(permits == 1 ? request : RequestFor(request, permits), out var hasGone);
        if (hasGone || TryGo(ticket))
        {
            return new ValueTask<RateLimitLease>(PermitLease.Of(ticket));
        }

        return WaitInLine(ticket, request.Timeout ?? Timeout.InfiniteTimeSpan, LimitRule.Never, cancellationToken) is { } refusal ? new ValueTask<RateLimitLease>(RefusedBy(refusal)) : ticket.AwaitPermits();
    }

    /// <summary>A refusal, as a lease that was not acquired.</summary>
    public RateLimitLease RefusedBy(RateLimitRejectedException refusal) => RefusedAfter(refusal.RetryAfter, refusal.Limit);

    public RateLimiterStatistics GetStatistics(in AdmissionRequest request)
    {
        var available = long.MaxValue;
        var ticket = Resolve(request);
        foreach (ref var charge in ticket.Charges)
        {
            var (quota, used, _, _) = _store.Inspect(charge.Partition, _service);
            available = Math.Min(available, (quota - used) / charge.Partition.Limit.PartsPerUnit);
        }

        available = Math.Min(available, _store.LeftOfKeys(ticket));
        Abandon(ticket);
        var queued = 0L;
        using (HoldLine())
        {
            foreach (var each in _line.Classes)
            {
                queued += each.Queued[UnitCost.Requests];
            }
        }

        return new RateLimiterStatistics
        {
            CurrentAvailablePermits = Math.Max(available, 0),
            CurrentQueuedCount = queued,
            TotalSuccessfulLeases = _service.Admitted.Value,
            TotalFailedLeases = Interlocked.Read(ref _refusedCount),
        };
    }

    /// <summary>For how long nothing was held, waited or counted; null while anything is.</summary>
    public TimeSpan? IdleDuration()
    {
        if (_line.Count > 0 || _inFlight.Value > 0)
        {
            return null;
        }

        var now = _store.Clock.Now;
        var since = 0L;
        foreach (var limit in _service.Limits)
        {
            foreach (var partition in limit.Table?.All ?? [limit.Only!])
            {
                since = Math.Max(since, _store.Inspect(partition, _service).FreshAt);
            }
        }

        return since > now ? null : new TimeSpan(now - since);
    }

    // By itself: the request that it makes would be cleared by everybody who has no need of it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private RateLimitLease AttemptPlain(int permits) => AttemptPermits(default, permits);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private RefusedPermits RefusedPlainUntil(in Decision decision, int permits) => RefusedUntil(decision, default, permits);

    /// <summary>
    /// A lease without a ticket of a request that holds slots, and of which nothing else has to be known. Null where that is not so, and where there is no room: then it is said when there may be.
    /// </summary>
    private HeldPermits? TryHold(in AdmissionRequest request, int permits, out Decision? refused)
    {
        refused = null;
        if (permits == 0 || !IsLineEmpty || Mode != RateLimitMode.Enforce || request.Costs is not null || _service.PlanOf(request) is not { Held: { } held } plan)
        {
            return null;
        }

        var decision = _store.AdmitShared(plan, held, permits);
        if (!decision.IsAdmitted)
        {
            refused = decision;
            return null;
        }

        _inFlight.Begin();
        NoteAdmitted(request);
        return new HeldPermits(this, held, permits);
    }

    private static AdmissionRequest RequestFor(in AdmissionRequest request, int permits) =>
        permits == 1 ? request : request with { Costs = [new UnitCost(UnitCost.Requests, permits), .. request.Costs ?? []] };

    private RefusedPermits RefusedAfter(TimeSpan? wait, string? limit) =>
        new(_store.Clock, wait is { } known ? Saturating.Add(_store.Clock.Now, known.Ticks) : LimitRule.Never, limit);

    private PermitLease AdmittedForGood()
    {
        Telemetry.Checked(CheckResult.Admitted);
        Telemetry.Admissions?.Tell(Service, endpoint: null, tenant: null);
        return PermitLease.Admitted;
    }

    private PermitLease AdmittedForGood(in AdmissionRequest request)
    {
        NoteAdmitted(request);
        return PermitLease.Admitted;
    }

    private RefusedPermits RefusedUntil(in Decision decision, in AdmissionRequest request, int permits)
    {
        var limit = decision.Refused?.Limit;
        var reason = limit is not null && permits > limit.Capacity ? RejectionReason.CostExceedsQuota : RejectionReason.LimitReached;
        NoteRefused(reason, limit?.Name, decision.Refused, request);

        // As long as nothing changes, every refusal says the same instant: the same lease serves.
        var last = _lastRefusal;
        if (last is null || !last.Says(decision.Earliest, limit?.Name))
        {
            _lastRefusal = last = new RefusedPermits(_store.Clock, decision.Earliest, limit?.Name);
        }

        return last;
    }
}
