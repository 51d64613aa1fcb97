using System.Threading.RateLimiting;
using System.Threading.Tasks.Sources;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission;

/// <summary>
/// One request on its way through admission: first what it would be charged, then its place in line, then the proof that it was admitted. Tickets are reused: exactly one of
/// <see cref="Complete"/> and <see cref="GiveBack"/> is called after an admission, and the ticket is not touched after that.
/// </summary>
internal sealed class AdmissionTicket : IValueTaskSource<AdmissionTicket>, IValueTaskSource<RateLimitLease>
{
    private Charge[] _charges = [];
    private ManualResetValueTaskSourceCore<AdmissionTicket> _source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private bool _isHeldByToken;
    private ServiceLimiter? _owner;
    private Exception? _failure;
    private CancellationToken _cancelledBy;

    /// <summary>What was asked, kept so that a reload can ask it anew.</summary>
    public AdmissionRequest Request;

    /// <summary>The ticket's place in the waiting line. Only under the line's lock.</summary>
    public LinePlace Place;

    /// <summary>The instant it was charged at. Written under the store's gate.</summary>
    public long ChargedAt;

    /// <summary>Whether the limits were told what became of the request.</summary>
    public bool IsHeard;

    /// <summary>What became of it in line.</summary>
    public LineStep Outcome;

    /// <summary>The next of those that left the line with it.</summary>
    public AdmissionTicket? NextDone;

    /// <summary>The span of its time in line.</summary>
    public WaitSpan Span;

    /// <summary>The ticket's entry among the deadlines, when its timeout is not the line's.</summary>
    public Deadline? Deadline { get; set; }

    public LimitPlan Plan { get; private set; } = null!;

    public int ChargeCount { get; private set; }

    public Span<Charge> Charges => _charges.AsSpan(0, ChargeCount);

    /// <summary>Whether a limit has to be released when the work ends.</summary>
    public bool HoldsConcurrency { get; private set; }

    /// <summary>Whether a unit other than requests was charged, whose true cost may turn out different.</summary>
    public bool HoldsSettlement { get; private set; }

    /// <summary>Whether a true cost was noted.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>Finds what the request is charged and pins it.</summary>
    public void Resolve(ServiceLimiter owner, LimitPlan plan, in AdmissionRequest request)
    {
        _owner = owner;
        Plan = plan;
        Request = request;
        HoldsConcurrency = false;
        HoldsSettlement = false;
        IsSettled = false;
        IsHeard = false;
        ChargeCount = 0;
        if (_charges.Length < plan.Limits.Length)
        {
            _charges = new Charge[plan.Limits.Length];
        }

        foreach (var limit in plan.Limits)
        {
            var cost = CostOf(limit.Unit, request.Costs);
            if (cost > 0 && limit.PartitionOf(request) is { } partition)
            {
                _charges[ChargeCount++] = new Charge { Partition = partition, Cost = cost };
                HoldsConcurrency |= limit.Rule.IsReleased;
                HoldsSettlement |= !string.Equals(limit.Unit, UnitCost.Requests, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>Lets go of what <see cref="Resolve"/> pinned.</summary>
    public void Unresolve()
    {
        foreach (ref var charge in Charges)
        {
            if (charge.Partition.Key is not null)
            {
                charge.Partition.Unpin();
            }
        }

        Charges.Clear();
        ChargeCount = 0;
    }

    /// <summary>Notes the true cost of a unit; it is charged or given back when the ticket is completed.</summary>
    public void Settle(string unit, long actual)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(actual);
        foreach (ref var charge in Charges)
        {
            if (!charge.Partition.Limit.Rule.IsReleased && string.Equals(charge.Partition.Limit.Unit, unit, StringComparison.Ordinal))
            {
                charge.Actual = actual;
                charge.IsSettled = true;
                IsSettled = true;
            }
        }
    }

    /// <summary>The request has ended: settles it and releases what it holds.</summary>
    public void Complete() => _owner!.End(this, giveBack: false);

    /// <summary>The request never left: gives back what it was charged and releases what it holds.</summary>
    public void GiveBack() => _owner!.End(this, giveBack: true);

    /// <summary>Waits until the ticket has left the line. Once.</summary>
    public ValueTask<AdmissionTicket> Await() => new(this, _source.Version);

    /// <summary>The same for who wants a lease of permits, and a refusal as a lease that was not acquired.</summary>
    public ValueTask<RateLimitLease> AwaitPermits() => new(this, _source.Version);

    public void Watch(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(
                static (ticket, token) => ((AdmissionTicket)ticket!).Leave(token),
                this);
        }
    }

    public void Grant() => _source.SetResult(this);

    public void Fail(Exception exception)
    {
        _failure = exception;
        _source.SetException(exception);
    }

    /// <summary>As failing, but the exception is made by whoever is told, on its own time.</summary>
    public void Cancel(CancellationToken cancellationToken)
    {
        _cancelledBy = cancellationToken;
        _source.SetResult(this);
    }

    /// <summary>Readies the ticket for its next use. Returns false if somebody may still hold on to it.</summary>
    public bool TryReset()
    {
        StopWatching();
        Place = default;
        Request = default;
        Outcome = default;
        Span = default;
        _source.Reset();
        return !_isHeldByToken;
    }

    AdmissionTicket IValueTaskSource<AdmissionTicket>.GetResult(short token)
    {
        StopWatching();
        var ticket = _source.GetResult(token);
        _cancelledBy.ThrowIfCancellationRequested();
        return ticket;
    }

    ValueTaskSourceStatus IValueTaskSource<AdmissionTicket>.GetStatus(short token) => StatusOf(token);

    void IValueTaskSource<AdmissionTicket>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    RateLimitLease IValueTaskSource<RateLimitLease>.GetResult(short token)
    {
        StopWatching();
        if (_source.GetStatus(token) == ValueTaskSourceStatus.Faulted && _failure is RateLimitRejectedException refusal)
        {
            return _owner!.RefusedBy(refusal);
        }

        var ticket = _source.GetResult(token);
        _cancelledBy.ThrowIfCancellationRequested();
        return PermitLease.Of(ticket);
    }

    ValueTaskSourceStatus IValueTaskSource<RateLimitLease>.GetStatus(short token) =>
        StatusOf(token) is var status && _failure is RateLimitRejectedException ? ValueTaskSourceStatus.Succeeded : status;

    void IValueTaskSource<RateLimitLease>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <summary>What the request costs of a unit.</summary>
    public long CostOf(string unit) => CostOf(unit, Request.Costs);

    /// <summary>Keeps a copy of the costs, which belong to the caller.</summary>
    public void KeepCosts()
    {
        if (Request.Costs is { } costs)
        {
            Request = Request with { Costs = [.. costs] };
        }
    }

    /// <summary>The first partition whose limit could never give what the request costs, or null.</summary>
    public Partition? FirstExceeded()
    {
        foreach (ref var charge in Charges)
        {
            if (charge.Cost > charge.Partition.Limit.Rule.Capacity)
            {
                return charge.Partition;
            }
        }

        return null;
    }

    /// <summary>Whether another request is charged the same of the same.</summary>
    public bool IsChargedAs(AdmissionTicket other)
    {
        if (ChargeCount != other.ChargeCount)
        {
            return false;
        }

        for (var i = 0; i < ChargeCount; i++)
        {
            if (!ReferenceEquals(_charges[i].Partition, other._charges[i].Partition) || _charges[i].Cost != other._charges[i].Cost)
            {
                return false;
            }
        }

        return true;
    }

    private static long CostOf(string unit, IReadOnlyList<UnitCost>? costs)
    {
        if (costs is not null)
        {
            for (var i = 0; i < costs.Count; i++)
            {
                if (string.Equals(costs[i].Unit, unit, StringComparison.Ordinal))
                {
                    return costs[i].Amount;
                }
            }
        }

        return string.Equals(unit, UnitCost.Requests, StringComparison.Ordinal) ? 1 : 0;
    }

    private ValueTaskSourceStatus StatusOf(short token) =>
        _source.GetStatus(token) is ValueTaskSourceStatus.Succeeded && _cancelledBy.IsCancellationRequested ? ValueTaskSourceStatus.Canceled : _source.GetStatus(token);

    /// <summary>A token whose callback is already running still holds the ticket, which then must not be used again.</summary>
    private void StopWatching()
    {
        _isHeldByToken |= _registration != default && !_registration.Unregister();
        _registration = default;
    }

    private void Leave(CancellationToken token) => _owner!.Cancel(this, token);
}

/// <summary>What one request is charged in one partition.</summary>
internal struct Charge
{
    public Partition Partition;
    public long Cost;
    public long Receipt;
    public long Actual;
    public bool IsSettled;
}
