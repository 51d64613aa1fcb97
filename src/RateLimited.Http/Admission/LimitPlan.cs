using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>The limits that the requests of one endpoint and one class of tenants have, from the global ones to the tenant's.</summary>
internal sealed class LimitPlan(BoundService service, string endpoint, IReadOnlyList<BoundLimit> limits, int weight, KeySets? keys = null)
{
    /// <summary>How many limits a request may have that is admitted without a ticket.</summary>
    public const int MostWithoutTicket = 8;

    public BoundService Service { get; } = service;

    /// <summary>The endpoint, by its name in the definition; empty for all others.</summary>
    public string Endpoint { get; } = endpoint;

    public BoundLimit[] Limits { get; } = [.. limits];

    /// <summary>The keys of which each request takes one; null where the service has none.</summary>
    public KeySets? Keys { get; } = keys;

    /// <summary>Of how many limits a request is charged at most.</summary>
    public int MostCharges { get; } = limits.Count + (keys?.MostLimits ?? 0);

    /// <summary>Whether anything limits the requests.</summary>
    public bool IsLimited { get; } = limits.Count > 0 || keys is not null;

    /// <summary>The share of the class's tenants in the line.</summary>
    public int Weight { get; } = weight;

    /// <summary>Whether any limit is released: then a lease has to be held until the work ends.</summary>
    public bool IsReleased { get; } = Any(limits, keys, static limit => limit.Rule.IsReleased);

    /// <summary>Whether anything has to know which requests are under way: a limit that responses tell of, or a key.</summary>
    public bool IsReported { get; } = keys is not null || limits.Any(limit => limit.Rule is ReportedLimit);

    /// <summary>Whether answers date the charges of any limit.</summary>
    public bool IsDatedByAnswers { get; } = Any(limits, keys, static limit => limit.IsDatedByAnswers);

    /// <summary>Whether any limit learns from what becomes of requests.</summary>
    public bool Learns { get; } = Any(limits, keys, static limit => limit.Rule.Learns);

    /// <summary>Whether any limit finds out by itself how much may go.</summary>
    public bool FindsItsRate { get; } = Any(limits, keys, static limit => limit.Rule.Learns && limit.Rule is not (CoolDown or InvalidRequests));

    /// <summary>Whether others wait for the first answer, with some key where there are keys, or may come to.</summary>
    public bool AsksFirst { get; } = Any(limits, keys, static limit => limit.Rule is AskFirst) || keys is { HingesOnOthers: true };

    /// <summary>Whether any limit counts by the name that the caller gives: then names wait apart from each other.</summary>
    public bool IsCountedByName { get; } = limits.Any(limit => limit.Definition.Partition == PartitionBy.Name);

    /// <summary>Whether all who have these limits share them: then nobody who has them waits aside.</summary>
    public bool IsShared { get; } = keys is null && limits.All(limit => limit.IsShared);

    /// <summary>The largest share that a request without costs takes of a limit all share.</summary>
    public long SizeOfPlain { get; } = limits.Where(limit => limit.IsShared && limit.CostOfOne > 0).Select(limit => limit.ShareOf(limit.CostOfOne)).Append(1).Max();

    /// <summary>Whether a request without costs of its own is charged one of every limit, holds nothing and teaches nothing: then it needs no ticket.</summary>
    public bool IsCountedByRequests { get; } =
        keys is null && limits.Count <= MostWithoutTicket && limits.All(IsCountedOnly);

    /// <summary>Whether all limits can decide by the coarse clock when they are in use: else it need not be read.</summary>
    public bool MayBeCoarse { get; } = limits.All(limit => limit.Rule.MayAdmitThroughout);

    /// <summary>The partitions that a request without a tenant or a partition name is charged in, where <see cref="IsCountedByRequests"/> and there are no others; else null.</summary>
    public Partition[]? Shared { get; } = keys is null && limits.Count <= MostWithoutTicket && limits.All(static limit => limit.Only is not null && IsCountedOnly(limit))
        ? [.. limits.Select(limit => limit.Only!)]
        : null;

    /// <summary>The same where a slot of some is held until the work ends, and nothing else has to be known of it; else null.</summary>
    public Partition[]? Held { get; } =
        keys is null && limits.Count <= MostWithoutTicket && limits.Any(IsHeldOnly) && limits.All(static limit => limit.Only is not null && (IsHeldOnly(limit) || IsCountedOnly(limit)))
            ? [.. limits.Select(limit => limit.Only!)]
            : null;

    /// <summary>What requests find paid for already, where that can be; else null.</summary>
    public Vouchers? Vouchers { get; } = Vouchers.For(service, limits, keys);

    private static bool Any(IReadOnlyList<BoundLimit> limits, KeySets? keys, Func<BoundLimit, bool> predicate) => limits.Any(predicate) || keys?.Limits.Any(predicate) == true;

    /// <summary>Whether a limit wants to know nothing of a request but that it went.</summary>
    private static bool IsCountedOnly(BoundLimit limit) => limit is { Unit: UnitCost.Requests, PartsPerUnit: 1 } && limit.Rule is { IsReleased: false, Learns: false } and not (ReportedLimit or SharedRule);

    /// <summary>Whether a limit wants to know nothing of a request but that it went and that it has ended.</summary>
    private static bool IsHeldOnly(BoundLimit limit) => limit is { Unit: UnitCost.Requests, PartsPerUnit: 1, Rule: Concurrency };
}
