using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Redis.Messages;

/// <summary>How one limit is told to the script: a few integers that spare it every multiplication that could be inexact. All times are microseconds. Immutable.</summary>
internal abstract class LimitTerms(long id)
{
    /// <summary>The number that the script knows the kind by.</summary>
    public enum LimitKind
    {
        Bucket = 1,
        Sliding = 2,
        Fixed = 3,
        Leases = 4,
        Rests = 5,
        Flow = 6,
        Learned = 9,
    }

    /// <summary>The limit's number among those under one key.</summary>
    public long Id { get; } = id;

    public abstract LimitKind Kind { get; }

    /// <summary>How many bytes of the key are the head of the limit's record, where it may be asked about in the usual message; else zero.</summary>
    public virtual int HeadBytes => 0;

    /// <summary>Whether more of the key than the head is of its record.</summary>
    public virtual bool HasTail => false;

    /// <summary>The largest cost that may be asked for in the usual message.</summary>
    public virtual long LargestUsual => 0;

    /// <summary>Adds what the script has to know of it: ten numbers, whatever its kind, and six midnights where those are needed.</summary>
    /// <param name="message">Where to.</param>
    /// <param name="guard">By how much the limit is padded.</param>
    /// <param name="serverNow">What the server's clock shows, as far as is known.</param>
    public abstract void Write(MessageWriter message, long guard, long serverNow);

    /// <summary>Adds what the script has to know of it and of a cost in the usual message, which is about buckets and sliding windows only: eight numbers, the first below zero for a window.</summary>
    /// <param name="message">Where to.</param>
    /// <param name="cost">What the question costs.</param>
    /// <param name="guard">By how much the limit is padded.</param>
    public virtual void WriteUsual(MessageWriter message, long cost, long guard) => throw new NotSupportedException($"Limits of the kind {Kind} are not asked about in the usual message.");

    /// <summary>The time of a cost where it is counted in time; else the cost itself.</summary>
    public virtual (long Whole, long Parts) TimeOf(long cost, long guard) => (cost, 0);

    /// <summary>The time that giving a cost back is worth.</summary>
    public virtual (long Whole, long Parts) CreditOf(long cost) => (cost, 0);

    /// <summary>Ticks in microseconds, rounded up: that only delays.</summary>
    public static long Micros(long ticks) => Saturating.DivideUp(ticks, TimeSpan.TicksPerMicrosecond);

    /// <summary>The terms of a rule, or null where it is one that is not shared; of one that learns, those of what was learned.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="id">The limit's number.</param>
    /// <param name="leaseTicks">For how long a process that has died keeps what it holds.</param>
    public static LimitTerms? Of(LimitRule rule, long id, long leaseTicks) => rule switch
    {
        TokenBucket bucket => new BucketTerms(id, bucket.Quota, Micros(bucket.Window), bucket.Burst),
        SlidingWindow sliding => new SlidingTerms(id, sliding.Quota, Micros(sliding.Window)),
        FixedWindow fixedWindow => new FixedTerms(id, fixedWindow),
        FleetQuota told => new LeaseTerms(id, told.Quota, Micros(leaseTicks), told.Parts, Micros(told.Patience)),
        FleetBucket told => new FlowTerms(id, told.Quota, Micros(told.Window), Micros(leaseTicks), Micros(told.Patience), Micros(told.MostAhead)),
        RestRule => new RestTerms(id),
        LearningRule learning => new LearnedTerms(id, learning.Figures),
        Concurrency concurrency => new LeaseTerms(id, concurrency.Quota, Micros(leaseTicks)),
        _ => null,
    };
}
