using RateLimited.Http.Admission;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Simulation.Tests.Worlds;

/// <summary>The kinds of limits that worlds have.</summary>
internal enum LimitKind
{
    Sliding,
    Bucket,
    FirstUse,
    Clock,
    Slots,
    LearnedSlots,
}

/// <summary>One limit of a simulated service, as its configuration says it. Windows are ticks.</summary>
internal sealed record LimitSpec(string Name, LimitKind Kind, long Quota, long Window)
{
    public string Unit { get; init; } = UnitCost.Requests;

    public PartitionBy By { get; init; } = PartitionBy.Service;

    /// <summary>For buckets.</summary>
    public long Burst { get; init; }

    /// <summary>The most that one request may cost.</summary>
    public long Capacity => Kind == LimitKind.Bucket ? Burst : Quota;

    public LimitDefinition Definition(Func<LimitRule, LimitRule>? mutate)
    {
        LimitRule rule = Kind switch
        {
            LimitKind.Sliding => new SlidingWindow(Quota, Window),
            LimitKind.Bucket => new TokenBucket(Quota, Window, Burst),
            LimitKind.FirstUse => new FixedWindow(Quota, Window, WindowAnchor.FirstUse),
            LimitKind.Clock => new FixedWindow(Quota, Window),
            LimitKind.Slots => new Concurrency(Quota),
            _ => new AdaptiveConcurrency(Quota, 1, Math.Max(Quota / 2, 1)),
        };
        return new LimitDefinition(Name, Unit, mutate is null ? rule : mutate(rule), By);
    }

    public override string ToString() =>
        FormattableString.Invariant($"{Name}: {Quota} {Unit}/{Window / TimeSpan.TicksPerMillisecond}ms {Kind}{(Kind == LimitKind.Bucket ? $" burst {Burst}" : "")}{(By == PartitionBy.Service ? "" : $" per {By}")}");
}
