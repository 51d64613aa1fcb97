using System.Runtime.InteropServices;
using System.Threading.RateLimiting;
using System.Threading.Tasks.Sources;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission;

/// <summary>
/// One request on its way through admission: first what it would be charged, then its place in line, then the proof that it was admitted. Tickets are reused: exactly one of
/// <see cref="Complete"/> and <see cref="GiveBack"/> is called after an admission, and the ticket is not touched after that.
/// </summary>
internal sealed partial class AdmissionTicket : IValueTaskSource<AdmissionTicket>, IValueTaskSource<RateLimitLease>
{
    /// <summary>The instant of what no limit counts.</summary>
    public const long NotCharged = -1;

    // Most requests have one limit: an array of its own for its charge would be a fifth of what a waiter takes.
    private Charge _onlyCharge;
    private Charge[]? _charges;

    /// <summary>The ticket's place in the waiting line. Only under the line's lock.</summary>
    public LinePlace Place;

    private ManualResetValueTaskSourceCore<bool> _source;

    /// <summary>Whether the limits were told what became of the request.</summary>
    public bool IsHeard;

    /// <summary>Whether its response told of all limits that the upstream reports: nothing is left of them to be settled.</summary>
    public bool IsHeardWhole;

    /// <summary>The span of its time in line.</summary>
    public WaitSpan Span;

    private CancellationTokenRegistration _registration;
    private bool _isHeldByToken;
    private ServiceLimiter? _owner;
    private Exception? _failure;
    private string? _endpoint;

    private CancellationToken _cancelledBy;

    /// <summary>The instant it was charged at, or <see cref="NotCharged"/>. Written under the store's gate.</summary>
    public long ChargedAt;

    /// <summary>Why it left the line; <see cref="RejectionReason.None"/> when it was admitted.</summary>
    public RejectionReason Reason;

    /// <summary>The partition for whose sake it was refused.</summary>
    public Partition? RefusedBy;

    /// <summary>The ticket's entry among the deadlines, when its timeout is not the line's.</summary>
    public Deadline? Deadline { get; set; }

    /// <summary>A ticket that was not used yet.</summary>
    public AdmissionTicket(Completion completion = Completion.OnThreadPool) => _source.RunContinuationsAsynchronously = completion == Completion.OnThreadPool;

    public RequestPriority Priority { get; private set; }

    public string? Tenant { get; private set; }

    public string? Partition { get; private set; }

    public IReadOnlyList<UnitCost>? Costs { get; private set; }

    /// <summary>Who estimated its costs and who will say what they were.</summary>
    public CostSources? CostSources { get; private set; }

    /// <summary>What was asked, so that a reload can ask it anew; but for the timeout, which has become a deadline.</summary>
    public AdmissionRequest Request => new() { Priority = Priority, Tenant = Tenant, Endpoint = _endpoint, Partition = Partition, Costs = Costs, CostSources = CostSources, Key = _wish };

    public LimitPlan Plan { get; private set; } = null!;

    public int ChargeCount { get; private set; }

    public Span<Charge> Charges => ChargeCount <= 1 ? MemoryMarshal.CreateSpan(ref _onlyCharge, ChargeCount) : _charges.AsSpan(0, ChargeCount);

    /// <summary>Whether a limit has to be released when the work ends.</summary>
    public bool HoldsConcurrency { get; private set; }

    /// <summary>Whether a unit other than requests was charged, whose true cost may turn out different.</summary>
    public bool HoldsSettlement { get; private set; }

    /// <summary>Whether a true cost was noted.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>
    /// Reads a word of each of the four cache lines that letting the ticket go needs. Who waited for long has gone cold: what is asked for early, and for many at a time, comes from memory
    /// side by side while others are let go.
    /// </summary>
    public void Fetch()
    {
        Volatile.Read(in ChargedAt);
        Volatile.Read(in Place.Since);
        Volatile.Read(in Place.InClass.Next);
        Span.Fetch();
    }

    /// <summary>Finds what the request is charged and pins it.</summary>
    public void Resolve(ServiceLimiter owner, LimitPlan plan, in AdmissionRequest request)
    {
        _owner = owner;
        Plan = plan;
        Keep(request);
        HoldsConcurrency = false;
        HoldsSettlement = false;
        IsSettled = false;
        IsHeard = false;
        IsHeardWhole = false;
        ChargedAt = NotCharged;
        ChargeCount = 0;
        foreach (var limit in plan.Limits)
        {
            var cost = request.Costs is null ? limit.CostOfOne : Math.Max(CostOf(limit.Unit, request.Costs, limit.PartsPerUnit), limit.LeastCost);
            if (cost > 0 && limit.PartitionOf(request) is { } partition)
            {
                AddCharge(partition, cost, plan.MostCharges);
                HoldsConcurrency |= limit.IsReleased;
                HoldsSettlement |= limit.CostOfOne == 0;
            }
        }

        ClaimKey(plan, request.Key);
    }

    /// <summary>Lets go of what <see cref="Resolve"/> pinned.</summary>
    public void Unresolve()
    {
        foreach (ref var charge in Charges)
        {
            if (charge.Partition.IsOfTable)
            {
                charge.Partition.Unpin();
            }
        }

        Charges.Clear();
        ChargeCount = 0;
    }

    /// <summary>Notes the true cost of a unit; it is charged or given back when the ticket is completed.</summary>
    public void Settle(in UnitCost actual)
    {
        foreach (ref var charge in Charges)
        {
            if (!charge.Partition.Limit.Rule.IsReleased && string.Equals(charge.Partition.Limit.Unit, actual.Unit, StringComparison.Ordinal))
            {
                charge.Actual = actual.InParts(charge.Partition.Limit.PartsPerUnit);
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

    public void Grant() => _source.SetResult(true);

    public void Fail(Exception exception)
    {
        _failure = exception;
        _source.SetException(exception);
    }

    /// <summary>As failing, but the exception is made by whoever is told, on its own time.</summary>
    public void Cancel(CancellationToken cancellationToken)
    {
        _cancelledBy = cancellationToken;
        _source.SetResult(true);
    }

    /// <summary>Readies the ticket for its next use. Returns false if somebody may still hold on to it.</summary>
    public bool TryReset()
    {
        StopWatching();
        Place = default;
        Keep(default);
        Reason = RejectionReason.None;
        RefusedBy = null;
        Span = default;
        _source.Reset();
        return !_isHeldByToken;
    }

    AdmissionTicket IValueTaskSource<AdmissionTicket>.GetResult(short token)
    {
        StopWatching();
        _source.GetResult(token);
        _cancelledBy.ThrowIfCancellationRequested();
        return this;
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

        _source.GetResult(token);
        _cancelledBy.ThrowIfCancellationRequested();
        return PermitLease.Of(this);
    }

    ValueTaskSourceStatus IValueTaskSource<RateLimitLease>.GetStatus(short token) =>
        StatusOf(token) is var status && _failure is RateLimitRejectedException ? ValueTaskSourceStatus.Succeeded : status;

    void IValueTaskSource<RateLimitLease>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <summary>What the request costs of a unit, in whole ones, rounded up.</summary>
    public long CostOf(string unit) => CostOf(unit, Costs, partsPerUnit: 1);

    /// <summary>Keeps a copy of the costs, which belong to the caller.</summary>
    public void KeepCosts()
    {
        if (Costs is { } costs)
        {
            Costs = [.. costs];
        }
    }

    /// <summary>The first partition whose limit could never give what the request costs, or null.</summary>
    public Partition? FirstExceeded()
    {
        foreach (ref var charge in Charges)
        {
            if (charge.Cost > charge.Partition.Limit.Capacity)
            {
                return charge.Partition;
            }
        }

        return Key is null ? null : FirstExceededByKeys(Key);
    }

    /// <summary>Whether another request is charged the same of the same.</summary>
    public bool IsChargedAs(AdmissionTicket other)
    {
        var own = Charges;
        var others = other.Charges;
        if (own.Length != others.Length || !ClaimsAs(other))
        {
            return false;
        }

        for (var i = 0; i < own.Length; i++)
        {
            if (!ReferenceEquals(own[i].Partition, others[i].Partition) || own[i].Cost != others[i].Cost)
            {
                return false;
            }
        }

        return true;
    }

    private void AddCharge(Partition partition, long cost, int most)
    {
        if (ChargeCount == 1)
        {
            if (_charges is null || _charges.Length < most)
            {
                _charges = new Charge[most];
            }

            _charges[0] = _onlyCharge;
            _onlyCharge = default;
        }

        ref var charge = ref ChargeCount == 0 ? ref _onlyCharge : ref _charges![ChargeCount];
        charge.Partition = partition;
        charge.Cost = cost;
        charge.Receipt = 0;
        charge.Actual = Charge.Unsettled;
        ChargeCount++;
    }

    /// <summary>Takes over what is asked, each reference only where there is another: what is written into an object that lives costs a barrier for every one.</summary>
    private void Keep(in AdmissionRequest request)
    {
        Priority = request.Priority;
        if (!ReferenceEquals(Tenant, request.Tenant))
        {
            Tenant = request.Tenant;
        }

        if (!ReferenceEquals(_endpoint, request.Endpoint))
        {
            _endpoint = request.Endpoint;
        }

        if (!ReferenceEquals(Partition, request.Partition))
        {
            Partition = request.Partition;
        }

        if (!ReferenceEquals(Costs, request.Costs))
        {
            Costs = request.Costs;
        }

        if (!ReferenceEquals(CostSources, request.CostSources))
        {
            CostSources = request.CostSources;
        }
    }

    private static long CostOf(string unit, IReadOnlyList<UnitCost>? costs, int partsPerUnit)
    {
        if (costs is not null)
        {
            for (var i = 0; i < costs.Count; i++)
            {
                if (string.Equals(costs[i].Unit, unit, StringComparison.Ordinal))
                {
                    return costs[i].InParts(partsPerUnit);
                }
            }
        }

        return string.Equals(unit, UnitCost.Requests, StringComparison.Ordinal) ? partsPerUnit : 0;
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
    /// <summary>No true cost was noted.</summary>
    public const long Unsettled = -1;

    public Partition Partition;
    public long Cost;
    public long Receipt;

    /// <summary>The true cost, or <see cref="Unsettled"/>.</summary>
    public long Actual;
}
