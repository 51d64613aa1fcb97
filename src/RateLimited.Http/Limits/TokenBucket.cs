using System.Numerics;

namespace RateLimited.Http.Limits;

/// <summary>
/// A token bucket by the generic cell rate algorithm (ITU-T I.371): the only state is the theoretical arrival time, the instant at which the bucket will be full again.
/// In every interval L at most <c>burst + quota / window × L</c> goes.
/// </summary>
/// <remarks>
/// The arrival time is an exact fraction, <c>Mark</c> whole ticks and <c>Count</c> parts of 1/quota (both reduced): nothing is rounded, so that three a second is neither a little
/// more nor a little less than that, and a bucket of three admits three at one instant. <c>Extra</c> remembers how much was ever given back, once anything was.
/// </remarks>
internal sealed class TokenBucket : LimitRule
{
    /// <summary>How far an arrival time may lie ahead: sums of two stay in range.</summary>
    private const long Farthest = long.MaxValue / 16;

    /// <summary>The latest arrival time: with a cost added it stays in range.</summary>
    private const long Latest = long.MaxValue / 2;

    /// <summary>What one takes on the heap.</summary>
    public static readonly int Bytes = ManagedSize.Object(9 * sizeof(long));

    private readonly long _ticks;
    private readonly long _parts;
    private readonly Fraction _one;
    private readonly Fraction _depth;

    /// <summary>The longest guard that leaves a bucket made shallower by it room for one.</summary>
    private readonly long _longestGuard;

    /// <param name="quota">How much flows in per window.</param>
    /// <param name="window">The window in ticks.</param>
    /// <param name="burst">How much the bucket holds.</param>
    public TokenBucket(long quota, long window, long burst)
        : base(quota, window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        var divisor = (long)BigInteger.GreatestCommonDivisor(quota, window);
        _ticks = window / divisor;
        _parts = quota / divisor;
        Burst = (long)UInt128.Min((UInt128)burst, (UInt128)Farthest * (ulong)_parts / (ulong)_ticks);
        _one = TimeOf(1);
        _depth = TimeOf(Burst);
        _longestGuard = _depth.Ticks - _one.Ticks - (_depth.Parts < _one.Parts ? 1 : 0);
    }

    /// <summary>How much the bucket holds: as asked for, but no more than flows in in 1 800 years.</summary>
    public long Burst { get; }

    public override long Capacity => Burst;

    public override long Earliest(ref LimitState state, in Moment at, long cost)
    {
        if (cost > Burst)
        {
            return Never;
        }

        if (state.Mark == 0 && state.Count == 0)
        {
            return at.Now;
        }

        if (IsUsual(at, cost))
        {
            return Math.Max(at.Now, EarliestOfOne(state, at.Guard));
        }

        var full = new Fraction(state.Mark, state.Count);
        return Math.Max(at.Now, EarliestFrom(full, TimeOf(cost, at.Guard), Depth(at.Guard)));
    }

    public override bool TryCharge(ref LimitState state, in Moment at, long cost, out long earliest)
    {
        if (!IsUsual(at, cost))
        {
            return base.TryCharge(ref state, at, cost, out earliest);
        }

        earliest = EarliestOfOne(state, at.Guard);
        if (earliest > at.Now && (state.Mark | state.Count) != 0)
        {
            return false;
        }

        ChargeOne(ref state, at.Now);
        return true;
    }

    public override bool TryChargeThroughout(ref LimitState state, in Moment from, long to, long cost)
    {
        if (!IsUsual(from, cost))
        {
            return base.TryChargeThroughout(ref state, from, to, cost);
        }

        if (state.Mark < to || EarliestOfOne(state, from.Guard) > from.Now)
        {
            return false;
        }

        ChargeOne(ref state, from.Now);
        return true;
    }

    public override long Charge(ref LimitState state, in Moment at, long cost)
    {
        if (IsUsual(at, cost))
        {
            ChargeOne(ref state, at.Now);
            return Saturating.Add(state.Mark, GivenBack(state));
        }

        var full = Later(new Fraction(state.Mark, state.Count), at.Now);
        full = Plus(full, TimeOf(cost, at.Guard));
        (state.Mark, state.Count) = (full.Ticks, full.Parts);
        return Saturating.Add(full.Ticks, GivenBack(state));
    }

    /// <summary>
    /// Only debt that is still outstanding can be given back: what time has repaid since must not be repaid twice, nor what was given back since. The receipt is the arrival time right
    /// after the charge, on a scale that giving back does not move.
    /// </summary>
    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount)
    {
        var due = Math.Min(receipt - GivenBack(state), state.Mark);
        if (due <= at.Now)
        {
            return;
        }

        // Of a receipt whole ticks are known: a fraction is given only below the last of them.
        var credit = TimeOf(amount);
        var (ticks, parts) = credit.Ticks < due - at.Now ? credit : new Fraction(due - at.Now, 0);
        var borrowed = parts > state.Count ? 1 : 0;
        state.Mark -= ticks + borrowed;
        state.Count += (borrowed * _parts) - parts;
        NoteGivenBack(ref state, parts > 0 ? ticks + 1 : ticks);
    }

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount) => Charge(ref state, at, amount);

    public override void Defer(ref LimitState state, long ticks) => state.Mark = state.Mark == 0 ? 0 : Math.Min(Saturating.Add(state.Mark, ticks), Latest);

    public override long Used(ref LimitState state, in Moment at)
    {
        var debt = state.Mark - at.Now;
        if (debt < 0 || (debt == 0 && state.Count == 0))
        {
            return 0;
        }

        // debt / (ticks per token), rounded up: a token that is only partly back is not back.
        var numerator = ((UInt128)debt * (ulong)_parts) + (ulong)state.Count;
        var used = (numerator + (ulong)_ticks - 1) / (ulong)_ticks;
        return used > long.MaxValue ? long.MaxValue : (long)used;
    }

    /// <summary>Later than full by the guard: until then what went last may still be joined on its way.</summary>
    public override long FreshAt(in LimitState state, in Moment at) =>
        state.Mark == 0 && state.Count == 0 ? 0 : EarliestFrom(new Fraction(state.Mark, state.Count), TimeOf(Burst, at.Guard), Depth(at.Guard));

    public override long Project(ref LimitState state, in Moment at, long amount)
    {
        if (amount <= Burst)
        {
            return Earliest(ref state, at, amount);
        }

        var full = Later(new Fraction(state.Mark, state.Count), at.Now);
        return Math.Max(at.Now, EarliestFrom(full, TimeOf(amount, at.Guard), Depth(at.Guard)));
    }

    public override bool MayAdmitThroughout => true;

    public override bool AdmitsThroughout(in LimitState state, in Moment from, long to, long cost)
    {
        // While the bucket is in debt the new arrival time does not depend on the present one.
        if (state.Mark < to || cost > Burst)
        {
            return false;
        }

        return IsUsual(from, cost)
            ? EarliestOfOne(state, from.Guard) <= from.Now
            : EarliestFrom(new Fraction(state.Mark, state.Count), TimeOf(cost, from.Guard), Depth(from.Guard)) <= from.Now;
    }

    public override void Adopt(ref LimitState state, LimitRule previous, in Moment at)
    {
        if (previous is not TokenBucket bucket)
        {
            base.Adopt(ref state, previous, at);
            return;
        }

        if (bucket._ticks == _ticks && bucket._parts == _parts)
        {
            return;
        }

        // What was taken stays taken; only the time in which it flows back changes.
        var before = state.Count == 0 ? state.Mark : state.Mark + 1;
        if (before <= at.Now)
        {
            (state.Mark, state.Count) = (before, 0);
            return;
        }

        var parts = ((UInt128)(state.Mark - at.Now) * (ulong)bucket._parts) + (ulong)state.Count;
        var scaled = Rescale(parts, _ticks, bucket._ticks);
        var full = FromParts(scaled);
        state.Mark = Saturating.Add(at.Now, full.Ticks);
        state.Count = full.Parts;
        if (before > state.Mark)
        {
            // Receipts tell of a debt that is now repaid sooner.
            NoteGivenBack(ref state, before - state.Mark);
        }
    }

    private static long GivenBack(in LimitState state) => state.Extra is Credit credit ? credit.Ticks : 0;

    private static void NoteGivenBack(ref LimitState state, long ticks)
    {
        if (state.Extra is not Credit credit)
        {
            credit = new Credit();
            state.Extra = credit;
        }

        credit.Ticks = Saturating.Add(credit.Ticks, ticks);
    }

    /// <summary>Whether one is asked for, and the guard does not change what one costs: then there is a shorter way to the same.</summary>
    private bool IsUsual(in Moment at, long cost) => cost == 1 && at.Guard <= _longestGuard;

    /// <summary>What <see cref="EarliestFrom"/> comes to for one. The arrival time and what one takes are too small for their sum to leave the range.</summary>
    private long EarliestOfOne(in LimitState state, long guard)
    {
        var ticks = state.Mark + _one.Ticks - (_depth.Ticks - guard);
        var parts = state.Count + _one.Parts - _depth.Parts;
        return parts <= 0 ? ticks : ticks + (parts <= _parts ? 1 : 2);
    }

    /// <summary>What <see cref="Charge"/> does with one, without its copies.</summary>
    private void ChargeOne(ref LimitState state, long now)
    {
        var (mark, count) = state.Mark < now ? (now, 0L) : (state.Mark, state.Count);
        mark += _one.Ticks;
        count += _one.Parts;
        if (count >= _parts)
        {
            count -= _parts;
            mark++;
        }

        (state.Mark, state.Count) = mark > Latest ? (Latest, 0) : (mark, count);
    }

    private static UInt128 Rescale(UInt128 parts, long multiply, long divide)
    {
        var product = (BigInteger)parts * multiply;
        var quotient = (product + divide - 1) / divide;
        return quotient > (BigInteger)UInt128.MaxValue ? UInt128.MaxValue : (UInt128)quotient;
    }

    /// <summary>
    /// How deep the bucket is, in time. The guard makes it shallower, since a burst may be joined on its way by what was sent up to the guard later; it keeps room for one.
    /// </summary>
    private Fraction Depth(long guard)
    {
        if (guard == 0)
        {
            return _depth;
        }

        return IsShallow(guard) ? TimeOf(1, guard) : new Fraction(_depth.Ticks - guard, _depth.Parts);
    }

    /// <summary>Whether the bucket holds so little that making it shallower by the guard would leave no room for one.</summary>
    private bool IsShallow(long guard) => guard > _longestGuard;

    private Fraction TimeOf(long amount, long guard)
    {
        var time = amount == 1 ? _one : TimeOf(amount);
        if (guard == 0 || !IsShallow(guard))
        {
            return time;
        }

        // A bucket too shallow for the guard paces more slowly instead: two in a row must arrive no closer than the upstream refills for the second.
        var missing = guard - (_depth.Ticks - _one.Ticks) + 1;
        var ticks = Saturating.Add(time.Ticks, Saturating.Multiply(missing, amount));
        return ticks > Farthest ? new Fraction(Farthest, 0) : new Fraction(ticks, time.Parts);
    }

    private Fraction TimeOf(long amount)
    {
        var high = Math.BigMul(amount, _ticks, out long low);
        if (high == 0 && low >= 0)
        {
            return _parts == 1 ? new Fraction(low, 0) : new Fraction(low / _parts, low % _parts);
        }

        return FromParts((UInt128)amount * (ulong)_ticks);
    }

    private Fraction FromParts(UInt128 parts)
    {
        var ticks = parts / (ulong)_parts;
        return ticks > Farthest ? new Fraction(Farthest, 0) : new Fraction((long)ticks, (long)(parts % (ulong)_parts));
    }

    private static Fraction Later(Fraction full, long now) => full.Ticks >= now ? full : new Fraction(now, 0);

    private Fraction Plus(Fraction a, Fraction b)
    {
        var parts = a.Parts + b.Parts;
        var carry = 0L;
        if (parts >= _parts)
        {
            parts -= _parts;
            carry = 1;
        }

        var ticks = Saturating.Add(a.Ticks, b.Ticks + carry);
        return ticks > Latest ? new Fraction(Latest, 0) : new Fraction(ticks, parts);
    }

    /// <summary>The first whole tick that is not before <c>full + cost − depth</c>.</summary>
    private long EarliestFrom(Fraction full, Fraction cost, Fraction depth)
    {
        // Each of the three has less than one tick in parts, so together they lie above −1 and below 2 ticks.
        var ticks = Saturating.Add(full.Ticks, cost.Ticks) - depth.Ticks;
        var parts = full.Parts + cost.Parts - depth.Parts;
        return parts <= 0 ? ticks : ticks + (parts <= _parts ? 1 : 2);
    }

    private readonly record struct Fraction(long Ticks, long Parts);

    /// <summary>How many ticks were ever given back. Receipts count from where it stood.</summary>
    private sealed class Credit : ISized
    {
        private static readonly int Own = ManagedSize.Object(sizeof(long));

        public long Bytes => Own;

        public long Ticks;
    }
}
