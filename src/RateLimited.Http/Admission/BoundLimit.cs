using System.Diagnostics.CodeAnalysis;
using RateLimited.Http.Admission.Persistence;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>Where a limit stands, which says whom a request that it refuses holds up.</summary>
internal enum LimitScope
{
    /// <summary>All services share it.</summary>
    Global,

    /// <summary>All requests of a service share it.</summary>
    Service,

    /// <summary>The requests of one endpoint share it.</summary>
    Endpoint,

    /// <summary>The requests of one tenant share it.</summary>
    Tenant,

    /// <summary>The requests that go with one key, or with keys of one quota group, share it.</summary>
    Key,

    /// <summary>The same of those to one endpoint.</summary>
    KeyEndpoint,

    /// <summary>No limit: how the keys are, when none of them may be used.</summary>
    KeyHealth,

    /// <summary>No limit: how the service's circuit is in other processes.</summary>
    Circuit,
}

/// <summary>A limit and its state in the store. It outlives reloads: the definition is replaced and the state adopted.</summary>
internal sealed class BoundLimit
{
    /// <summary>
    /// A measured guard is never more than this part of a window, nor more than <see cref="LargestMeasuredGuard"/>: latency is mostly the upstream's work, which does not move arrivals.
    /// </summary>
    private const int SmallestGuardedPart = 16;

    private const double WholeShare = 1L << 40;

    private static readonly long LargestMeasuredGuard = TimeSpan.FromMilliseconds(250).Ticks;

    private readonly PartitionTable? _table;
    private readonly Partition? _only;
    private static readonly int Own = ManagedSize.Object((6 * ManagedSize.Reference) + (6 * sizeof(long)) + (2 * sizeof(int)) + (4 * sizeof(bool)));

    private long _largestGuard;
    private long _shareOfOne;

    public BoundLimit(LimitDefinition definition, LimitScope scope, string scopeName, PartitionBounds bounds, InProcessStore store)
    {
        Scope = scope;
        ScopeName = scopeName;
        IsShared = definition.Partition == PartitionBy.Service && scope is (LimitScope.Global or LimitScope.Service);
        Define(definition);
        if (definition.Partition is PartitionBy.Service or PartitionBy.Key)
        {
            _only = new Partition(this, key: null);
        }
        else
        {
            _table = new PartitionTable(this, bounds, store);
        }
    }

    public LimitDefinition Definition { get; private set; }

    public LimitRule Rule { get; private set; }

    public LimitScope Scope { get; }

    /// <summary>The endpoint or tenant class that the limit stands under; empty for the service's own.</summary>
    public string ScopeName { get; }

    public string Unit => Definition.Unit;

    /// <summary>What every request costs at least. What the upstream says is charged something by all, so that nobody goes when nothing is left.</summary>
    public long LeastCost => CountsAll(Rule) ? 1 : 0;

    /// <summary>What one request costs at most. What the upstream says refuses none for ever: it goes alone, for the upstream to refuse.</summary>
    public long MostCost { get; private set; }

    /// <summary>Whether what it was charged is released when the request is answered, and not when the work ends.</summary>
    public bool IsUntilAnswered { get; private set; }

    /// <summary>Whether whoever is refused by it holds up everybody behind: all requests share it.</summary>
    public bool IsShared { get; }

    /// <summary>In how many parts it counts a unit: its quota and all that it is charged are in those.</summary>
    public int PartsPerUnit { get; private set; }

    /// <summary>Since when it has counted in parts of this size. What was charged before is not known in them any more, and settles at what it was charged.</summary>
    public long RescaledAt { get; private set; }

    /// <summary>What a request costs here that names no costs.</summary>
    public long CostOfOne { get; private set; }

    /// <summary>Whether what it was charged is released when the work ends.</summary>
    public bool IsReleased { get; private set; }

    /// <summary>Whether answers date its charges.</summary>
    public bool IsDatedByAnswers { get; private set; }

    /// <summary>The most that one request may ever cost.</summary>
    public long Capacity { get; private set; }

    /// <summary>What it takes on the heap with its partitions, but for what their states hold beside themselves.</summary>
    public long Bytes => Own + (_table?.Bytes ?? _only!.Bytes);

    public Partition? Only => _only;

    public PartitionTable? Table => _table;

    /// <summary>The part of the whole limit that a cost is: what requests of different limits are compared by.</summary>
    public long ShareOf(long cost) => cost == 1 ? _shareOfOne : (long)(WholeShare * cost / Capacity);

    /// <summary>Whether it only spreads another limit's quota: the upstream does not count it, so that it need not hold where requests arrive.</summary>
    public bool IsPace => Definition.PaceOf is not null;

    /// <summary>The name that whoever it refuses is told.</summary>
    public string Name => Definition.PaceOf ?? Definition.Name;

    /// <summary>How much of a measured guard the limit is padded by.</summary>
    public long BoundGuard(long measured) => Math.Min(measured, _largestGuard);

    /// <summary>The pinned partition that a request counts in, or null where the limit does not count it.</summary>
    public Partition? PartitionOf(in AdmissionRequest request)
    {
        if (_only is not null)
        {
            return _only;
        }

        var key = Definition.Partition == PartitionBy.Tenant ? request.Tenant : request.Partition;
        return key is null ? null : _table!.Pin(key);
    }

    /// <summary>The partition that a request counts in, not pinned, or null where the limit does not count it.</summary>
    public Partition? Find(in AdmissionRequest request)
    {
        if (_only is not null)
        {
            return _only;
        }

        var key = Definition.Partition == PartitionBy.Tenant ? request.Tenant : request.Partition;
        return key is null ? null : _table!.Find(key);
    }

    /// <summary>Replaces the definition in place. Only under the store's gate.</summary>
    public void Change(LimitDefinition next, in Moment at, PartitionBounds bounds)
    {
        var previous = Definition;
        Define(next);
        RescaledAt = PartsPerUnit == previous.PartsPerUnit ? RescaledAt : at.Now + 1;
        if (_only is not null)
        {
            Adopt(_only, previous, at);
        }

        _table?.Change(previous, at, bounds);
    }

    /// <summary>Takes over a state that was counted by another definition. Only under the store's gate.</summary>
    public void Adopt(Partition partition, LimitDefinition previous, in Moment at)
    {
        Adopt(ref partition.State, previous, at);
        if (Rule is KeptRule)
        {
            KeptRule.Of(ref partition.State).Partition = partition;
        }
    }

    private void Adopt(ref LimitState state, LimitDefinition previous, in Moment at)
    {
        if (PartsPerUnit == previous.PartsPerUnit)
        {
            Rule.Adopt(ref state, previous.Rule, at);
            return;
        }

        // Nothing that was counted in other parts means the same in these; but that so much was used.
        var used = UnitParts.Rescaled(previous.Rule.Used(ref state, at), previous.PartsPerUnit, PartsPerUnit);
        state = default;
        if (used > 0)
        {
            Rule.Charge(ref state, at, used);
        }
    }

    [MemberNotNull(nameof(Definition), nameof(Rule))]
    private void Define(LimitDefinition definition)
    {
        Definition = definition;
        Rule = definition.Rule;
        PartsPerUnit = definition.PartsPerUnit;
        CostOfOne = CountsAll(Rule) ? 1 : string.Equals(definition.Unit, UnitCost.Requests, StringComparison.Ordinal) ? PartsPerUnit : 0;
        Capacity = Rule.Capacity;
        IsDatedByAnswers = Rule.IsDatedByAnswers;
        IsUntilAnswered = Rule is SharedRule { Inner: FleetRule };
        IsReleased = Rule.IsReleased && !IsUntilAnswered;
        MostCost = IsUntilAnswered ? Capacity : Rule is InvalidRequests ? 1 : long.MaxValue;
        _shareOfOne = (long)(WholeShare / Capacity);
        _largestGuard = IsPace ? 0 : LargestGuardOf(Rule);
    }

    private static bool CountsAll(LimitRule rule) => rule is ReportedLimit or CoolDown or AskFirst or InvalidRequests or SharedRule { Inner: FleetRule };

    private static long LargestGuardOf(LimitRule rule) => rule is ReportedLimit ? LargestMeasuredGuard : Math.Min(rule.Window / SmallestGuardedPart, LargestMeasuredGuard);
}

/// <summary>How many partitions a limit keeps, and for how long when they are idle.</summary>
internal readonly record struct PartitionBounds(int Most, long IdleTicks);
