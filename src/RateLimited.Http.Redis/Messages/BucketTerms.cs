using System.Numerics;

namespace RateLimited.Http.Redis.Messages;

/// <summary>
/// A token bucket's. Its arrival time is whole microseconds and parts of 1/quota, as in <see cref="Limits.TokenBucket"/>; what the script adds and compares is worked out here, in integers of 128
/// bits, so that it never has to multiply numbers that it could not hold.
/// </summary>
internal sealed class BucketTerms : LimitTerms
{
    /// <summary>How far an arrival time may lie ahead: 35 years.</summary>
    private const long Farthest = 1L << 50;

    private readonly long _whole;
    private readonly long _parts;
    private readonly (long Whole, long Parts) _one;
    private readonly (long Whole, long Parts) _depth;

    public BucketTerms(long id, long quota, long window, long burst)
        : base(id)
    {
        var divisor = (long)BigInteger.GreatestCommonDivisor(quota, window);
        _whole = window / divisor;
        _parts = quota / divisor;
        Burst = (long)UInt128.Min((UInt128)burst, (UInt128)Farthest * (ulong)_parts / (ulong)_whole);
        Burst = Math.Max(Burst, 1);
        _one = TimeOf(1);
        _depth = TimeOf(Burst);
    }

    /// <summary>How much the bucket holds: as asked for, but no more than flows in in 35 years.</summary>
    public long Burst { get; }

    public override LimitKind Kind => LimitKind.Bucket;

    public override int HeadBytes => 80;

    public override long LargestUsual => Burst;

    public override void Write(MessageWriter message, long guard, long serverNow)
    {
        var one = TimeOf(1, guard);
        var depth = DepthOf(guard);
        message.Add(Id, (long)Kind, Burst, _whole, _parts, one.Whole, one.Parts, depth.Whole, depth.Parts, LingerOf(guard, depth.Whole));
    }

    public override void WriteUsual(MessageWriter message, long cost, long guard)
    {
        var depth = DepthOf(guard);
        var (whole, parts) = TimeOf(cost, guard);
        message.Add(Id, _whole, _parts, whole - depth.Whole, parts - depth.Parts, LingerOf(guard, depth.Whole), whole, parts);
    }

    public override (long Whole, long Parts) TimeOf(long cost, long guard)
    {
        var time = TimeOf(cost);
        if (!IsShallow(guard))
        {
            return time;
        }

        // A bucket too shallow for the guard paces more slowly instead.
        var missing = (UInt128)(guard - (_depth.Whole - _one.Whole) + 1) * (ulong)cost;
        var whole = (UInt128)time.Whole + missing;
        return whole > Farthest ? (Farthest, 0) : ((long)whole, time.Parts);
    }

    public override (long Whole, long Parts) CreditOf(long cost) => TimeOf(cost);

    /// <summary>For how long after its arrival time it is not yet as one that was never used.</summary>
    private long LingerOf(long guard, long depth) => Math.Max(TimeOf(Burst, guard).Whole - depth, 0) + 2;

    private (long Whole, long Parts) DepthOf(long guard) =>
        guard == 0 ? _depth : IsShallow(guard) ? TimeOf(1, guard) : (_depth.Whole - guard, _depth.Parts);

    private bool IsShallow(long guard) =>
        guard != 0 && (_depth.Whole - guard < _one.Whole || (_depth.Whole - guard == _one.Whole && _depth.Parts < _one.Parts));

    private (long Whole, long Parts) TimeOf(long cost)
    {
        var parts = (UInt128)cost * (ulong)_whole;
        var whole = parts / (ulong)_parts;
        return whole > Farthest ? (Farthest, 0) : ((long)whole, (long)(parts % (ulong)_parts));
    }
}
