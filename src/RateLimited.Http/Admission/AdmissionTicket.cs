using RateLimited.Http.Admission.Sharing;

namespace RateLimited.Http.Admission;

/// <summary>
/// One request on its way through admission: first what it would be charged, then its place in line, then the proof that it was admitted. Tickets are reused: exactly one of
/// <see cref="Complete"/> and <see cref="GiveBack"/> is called after an admission, and the ticket is not touched after that.
/// </summary>
internal sealed partial class AdmissionTicket
{
    /// <summary>The instant of what no limit counts.</summary>
    public const long NotCharged = -1;

    private TicketDetails? _details;

    /// <summary>The ticket's place in the waiting line. Only under the line's lock.</summary>
    public LinePlace Place;

    private sbyte _priority;
    private bool _isParticular;

    public LimitPlan Plan { get; private set; } = null!;

    public RequestPriority Priority => (RequestPriority)_priority;

    /// <summary>Whether it asks for nothing but its priority.</summary>
    public bool IsPlain => !_isParticular;

    /// <summary>
    /// Whether it is charged for good when it goes: it asks for what everybody does, holds nothing, and nobody says what becomes of it. Then it has charges of its own only if somebody asks for
    /// them, and no end.
    /// </summary>
    public bool IsForGood { get; private set; }

    public string? Tenant => IsPlain ? null : Details.Asked.Tenant;

    public string? Endpoint => IsPlain ? null : Details.Asked.Endpoint;

    public string? Partition => IsPlain ? null : Details.Asked.Partition;

    public IReadOnlyList<UnitCost>? Costs => IsPlain ? null : Details.Asked.Costs;

    /// <summary>Who estimated its costs and who will say what they were.</summary>
    public CostSources? CostSources => IsPlain ? null : Details.Asked.CostSources;

    /// <summary>What was asked, so that a reload can ask it anew; but for the timeout, which has become a deadline.</summary>
    public AdmissionRequest Request => IsPlain ? new() { Priority = Priority } : Details.Asked with { Timeout = null };

    /// <summary>What it takes of the limits that all share, for fairness between tenants.</summary>
    public long Size => IsPlain && Plan.Keys is null ? Plan.SizeOfPlain : Details.Size;

    /// <summary>What is more than a permit waited for. Who watches its token and who lets it go may be the first to note something at the same time.</summary>
    public TicketDetails Details => _details ?? Interlocked.CompareExchange(ref _details, new TicketDetails(), null) ?? _details;

    public int ChargeCount => _details?.ChargeCount ?? 0;

    public Span<Charge> Charges
    {
        get
        {
            if (IsForGood && ChargeCount == 0)
            {
                AddCharges(Details, Plan, default);
            }

            return _details is { } details ? details.Charges.AsSpan(0, details.ChargeCount) : default;
        }
    }

    /// <summary>The instant it was charged at, or <see cref="NotCharged"/>. Written under the store's gate.</summary>
    public long ChargedAt
    {
        get => _details?.ChargedAt ?? NotCharged;
        set => Details.ChargedAt = value;
    }

    /// <summary>Whether a limit has to be released when the work ends.</summary>
    public bool HoldsConcurrency => _details is { HoldsConcurrency: true };

    /// <summary>Whether a unit other than requests was charged, whose true cost may turn out different.</summary>
    public bool HoldsSettlement => _details is { HoldsSettlement: true };

    /// <summary>Whether a true cost was noted.</summary>
    public bool IsSettled => _details is { IsSettled: true };

    /// <summary>Whether the limits were told what became of the request.</summary>
    public bool IsHeard
    {
        get => _details is { IsHeard: true };
        set => Details.IsHeard = value;
    }

    /// <summary>Whether its response told of all limits that the upstream reports: nothing is left of them to be settled.</summary>
    public bool IsHeardWhole
    {
        get => _details is { IsHeardWhole: true };
        set => Details.IsHeardWhole = value;
    }

    /// <summary>Finds what the request is charged and pins it.</summary>
    public void Resolve(LimitPlan plan, in AdmissionRequest request)
    {
        var details = Begin(plan, request);
        AddCharges(details, plan, request);
        details.Claim(plan.Keys, request.Key);
        if (_isParticular || plan.Keys is not null)
        {
            details.Size = SizeOfCharges();
        }
    }

    /// <summary>The same for a request that goes with a voucher, now.</summary>
    public void ResolvePaid(LimitPlan plan, in AdmissionRequest request, VoucherBundle bundle, long now)
    {
        var details = Begin(plan, request);
        details.Take(bundle.Charges, plan.MostCharges);
        details.Claim(plan.Keys, request.Key);
        details.ChargedAt = now;
    }

    /// <summary>The same for a plain request of normal priority that is charged for good.</summary>
    /// <param name="plan">A plan whose limits all share and that asks no more of a request than that it is counted.</param>
    public void ResolveForGood(LimitPlan plan)
    {
        Plan = plan;
        IsForGood = true;
    }

    /// <summary>Lets go of what <see cref="Resolve"/> pinned.</summary>
    public void Unresolve()
    {
        if (_details is not { ChargeCount: > 0 } details)
        {
            return;
        }

        var charges = Charges;
        foreach (ref var charge in charges)
        {
            if (charge.Partition.IsOfTable)
            {
                charge.Partition.Unpin();
            }
        }

        charges.Clear();
        details.ChargeCount = 0;
    }

    /// <summary>Notes the true cost of a unit; it is charged or given back when the ticket is completed.</summary>
    public void Settle(in UnitCost actual)
    {
        foreach (ref var charge in Charges)
        {
            if (!charge.Partition.Limit.Rule.IsReleased && string.Equals(charge.Partition.Limit.Unit, actual.Unit, StringComparison.Ordinal))
            {
                charge.Actual = actual.InParts(charge.Partition.Limit.PartsPerUnit);
                Details.IsSettled = true;
            }
        }
    }

    /// <summary>The request has ended: settles it and releases what it holds.</summary>
    public void Complete() => Owner.End(this, giveBack: false);

    /// <summary>The request never left: gives back what it was charged and releases what it holds.</summary>
    public void GiveBack() => Owner.End(this, giveBack: true);

    /// <summary>Nobody needs it any more, and it was not charged or for good.</summary>
    public void Abandon() => Owner.Abandon(this);

    /// <summary>What the request costs of a unit, in whole ones, rounded up.</summary>
    public long CostOf(string unit) => CostOf(unit, Costs, partsPerUnit: 1);

    /// <summary>Keeps a copy of the costs, which belong to the caller.</summary>
    public void KeepCosts()
    {
        if (Costs is { } costs)
        {
            Details.Asked = Details.Asked with { Costs = [.. costs] };
        }
    }

    /// <summary>The first partition whose limit could never give what the request costs, or null.</summary>
    public Partition? FirstExceeded()
    {
        if (IsForGood)
        {
            // Every limit gives one.
            return null;
        }

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
        if (IsForGood && other.IsForGood)
        {
            return ReferenceEquals(Plan, other.Plan);
        }

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

    private TicketDetails Begin(LimitPlan plan, in AdmissionRequest request)
    {
        var details = Details;
        details.Begin();
        Plan = plan;
        IsForGood = false;
        _priority = (sbyte)request.Priority;
        _isParticular = !request.IsPlain;
        if (_isParticular)
        {
            details.Asked = request;
        }

        return details;
    }

    private static void AddCharges(TicketDetails details, LimitPlan plan, in AdmissionRequest request)
    {
        foreach (var limit in plan.Limits)
        {
            var cost = request.Costs is null ? limit.CostOfOne : Math.Max(CostOf(limit.Unit, request.Costs, limit.PartsPerUnit), limit.LeastCost);
            cost = Math.Min(cost, limit.MostCost);
            if (cost > 0 && limit.PartitionOf(request) is { } partition)
            {
                details.Add(limit, partition, cost, plan.MostCharges);
            }
        }
    }

    /// <summary>The largest share that it takes of a limit all share: what tenants are compared by.</summary>
    private long SizeOfCharges()
    {
        var size = 1L;
        foreach (ref var charge in Charges)
        {
            if (charge.Partition.Limit.IsShared)
            {
                size = Math.Max(size, charge.Partition.Limit.ShareOf(charge.Cost));
            }
        }

        return Key is { } claim ? Math.Max(size, claim.SizeOf(this)) : size;
    }

    private ServiceLimiter Owner => Plan.Service.Owner;

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
