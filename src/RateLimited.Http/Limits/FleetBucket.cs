using System.Numerics;

namespace RateLimited.Http.Limits;

/// <summary>
/// One of the upstream's limits that flows back all the time, as several processes count it together: what the upstream said is used, which flows back, and what any of them has under way, which does not
/// before it is answered. <c>Count</c> is what is under way, <c>Mark</c> when all that was said to be used will have flowed back, and <c>Extra</c> what else was heard.
/// </summary>
/// <remarks>
/// Whatever a bucket counts moves the instant later at which it will be full, and nothing moves it back. So of what answers say the latest such instant counts, in whatever order they come and whoever hears
/// them: what is said to be used is told as of when that was heard, and whatever is not in it is under way.
/// <para>
/// If all that remains is under way, as many are refused as others take meanwhile. Where more is used than ours, or one of ours is refused, others use the quota too, and something is left to them: it counts as
/// used with every answer, which costs its amount once and no throughput.
/// </para>
/// </remarks>
internal sealed class FleetBucket : FleetRule
{
    /// <summary>For how many windows others are taken to use the quota too that were heard of.</summary>
    public const int Remembered = 8;

    /// <summary>What is left to others is this part of the bucket.</summary>
    public const int MarginPart = 20;

    /// <summary>And no less than so much, as long as the largest part leaves it.</summary>
    public const int SmallestMargin = 2;

    /// <summary>So many times as much once one of ours was refused: that was too little.</summary>
    public const int WiderMargin = 4;

    /// <summary>It is this part of the bucket at most.</summary>
    public const int LargestMarginPart = 4;

    /// <summary>This part of a bucket that nothing was heard of for a window may be under way before the first answer.</summary>
    public const int FirstPart = 16;

    /// <summary>So many buckets is the most that is ever said to be used: more is not counted exactly elsewhere.</summary>
    public const int MostBuckets = 2;

    /// <summary>Products up to that are exact in a script.</summary>
    private const long LargestProduct = 1L << 52;

    private readonly long _longest;

    /// <param name="name">The upstream's name of the limit, with the window that belongs to it.</param>
    /// <param name="limit">What the bucket holds.</param>
    /// <param name="window">In how much time that flows back, in ticks.</param>
    /// <param name="longest">How long at most one waits because of what was said to be used, in ticks.</param>
    /// <param name="parts">Into how many parts what remains is divided, of which one may be under way: for processes that do not know of each other.</param>
    /// <param name="patience">How long the first answer is waited for after a window without any, and how long others are reckoned with after the first of all, in ticks; zero: not at all.</param>
    public FleetBucket(string name, long limit, long window, long longest = Never, int parts = 1, long patience = 0)
        : base(name, limit, window, parts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        (_longest, Patience, Refill) = (longest, patience, RefillWindow.Said(window));
        MostAhead = Math.Min(Saturating.Add(window - TimeOf(1), longest), TimeOf(MostBuckets * limit));
    }

    /// <summary>What is known of the time in which it flows back.</summary>
    public RefillWindow Refill { get; init; }

    /// <summary>How long the first answer is waited for after a window without any.</summary>
    public long Patience { get; }

    /// <summary>How far ahead the instant may lie at which all that was said to be used will have flowed back.</summary>
    public long MostAhead { get; }

    /// <summary>Whether a bucket is counted exactly where numbers have 53 bits: what it holds times what is left of that when divided by what it has in common with its window.</summary>
    /// <param name="limit">What it holds.</param>
    /// <param name="window">In how much time that flows back, in ticks.</param>
    public static bool IsExact(long limit, long window) =>
        limit is > 0 and <= Largest && window > 0 && Saturating.Multiply(limit, limit / (long)BigInteger.GreatestCommonDivisor(limit, Saturating.DivideUp(window, TimeSpan.TicksPerMicrosecond))) <= LargestProduct;

    public override FleetBucket Among(int processes) => new(Name, Quota, Window, _longest, PartsAmong(processes), Patience) { Refill = Refill };

    public override long Earliest(ref LimitState state, in Moment at, long cost)
    {
        var underWay = Saturating.Add(state.Count, cost);
        var parted = state.Count == 0 ? cost : Saturating.Multiply(underWay, Parts);
        if (parted > Quota)
        {
            return Never;
        }

        var earliest = Math.Max(at.Now, state.Mark + TimeOf(parted) - Window);
        return state.Extra is Told told && at.Now < told.AsksUntil && state.Count > 0 && underWay > Math.Max(Quota / FirstPart, 1) ? Math.Max(earliest, told.AsksUntil) : earliest;
    }

    public override long Charge(ref LimitState state, in Moment at, long cost)
    {
        state.Count = Saturating.Add(state.Count, cost);
        if (Patience > 0 && (state.Extra is not Told told || at.Now - told.LastAt >= Window))
        {
            // The first for long asks what is left.
            KnownOf<Told>(ref state).AsksUntil = Saturating.Add(at.Now, Patience);
        }

        return 0;
    }

    public override long Used(ref LimitState state, in Moment at) => Saturating.Add(state.Count, UsedAt(state.Mark, at));

    public override long FreshAt(in LimitState state, in Moment at) =>
        state.Count > 0 ? Never : state.Extra is Told told ? Math.Max(Math.Max(state.Mark, Saturating.Add(told.LastAt, Window)), told.SharedUntil) : state.Mark;

    public override void Adopt(ref LimitState state, LimitRule previous, in Moment at)
    {
        if (previous is not FleetBucket bucket)
        {
            state = default;
        }
        else if (state.Mark > at.Now && (bucket.Quota != Quota || bucket.Window != Window))
        {
            // What is used is used; only the time in which it flows back changes.
            var (used, divisor) = ((BigInteger)(state.Mark - at.Now) * bucket.Quota * Window, (BigInteger)bucket.Window * Quota);
            state.Mark = Saturating.Add(at.Now, (long)BigInteger.Min((used + divisor - 1) / divisor, MostAhead));
        }
    }

    /// <summary>Takes in that so much is used, as the answer to one request says. The request is released besides.</summary>
    /// <param name="state">The state.</param>
    /// <param name="at">The present.</param>
    /// <param name="used">How much.</param>
    /// <param name="heardAt">When the answer came: what it says has flowed back in part since.</param>
    /// <param name="uncounted">How much more than what is known of ours may be ours; below zero: anything.</param>
    /// <param name="isOfRefusal">Whether the request was refused, and had been counted as all others.</param>
    /// <returns>Whether it shows that others use the quota too.</returns>
    public bool Hear(ref LimitState state, in Moment at, long used, long heardAt, long uncounted, bool isOfRefusal)
    {
        var told = KnownOf<Told>(ref state);
        var ours = Math.Max(state.Mark, heardAt) + TimeOfAtMost(Saturating.Add(state.Count, Math.Max(uncounted, 0))) - TimeOf(MarginAt(told, at));
        var showsOthers = isOfRefusal || (uncounted >= 0 && told.IsHeard && heardAt + TimeOfAtMost(used) > ours);
        if (showsOthers)
        {
            told.SharedUntil = Saturating.Add(at.Now, Saturating.Multiply(Window, Remembered));
            told.RefusedUntil = isOfRefusal ? told.SharedUntil : told.RefusedUntil;
        }
        else if (!told.IsHeard)
        {
            // Whoever hears of it first knows of nothing that other processes sent before.
            told.SharedUntil = Saturating.Add(at.Now, Math.Min(Patience, Window));
        }

        state.Mark = Math.Max(state.Mark, heardAt + Math.Min(TimeOfAtMost(Saturating.Add(used, MarginAt(told, at))), MostAhead));
        (told.HeardAt, told.IsHeard, told.AsksUntil) = (at.Now, true, 0);
        return showsOthers;
    }

    public override void Count(ref LimitState state, in Moment at, long cost) =>
        state.Mark = Math.Min(Math.Max(state.Mark, at.Now) + TimeOfAtMost(cost), at.Now + MostAhead);

    /// <summary>What is left to others.</summary>
    private long MarginAt(Told told, in Moment at) => at.Now >= told.SharedUntil
        ? 0
        : Math.Min(Math.Max(Quota / MarginPart, SmallestMargin) * (at.Now < told.RefusedUntil ? WiderMargin : 1), Quota / LargestMarginPart);

    private long UsedAt(long mark, in Moment at) => mark <= at.Now ? 0 : (long)((((Int128)(mark - at.Now) * Quota) + Window - 1) / Window);

    private long TimeOfAtMost(long amount) => TimeOf(Math.Min(amount, MostBuckets * Quota));

    /// <summary>In how much time an amount flows back, rounded up: that only delays.</summary>
    private long TimeOf(long amount) => (long)((((Int128)amount * Window) + Quota - 1) / Quota);

    /// <summary>What was heard besides what is used.</summary>
    private sealed class Told : ISized
    {
        private static readonly int Own = ManagedSize.Object((4 * sizeof(long)) + sizeof(bool));

        /// <summary>When an answer came last.</summary>
        public long HeardAt { get; set; }

        public bool IsHeard { get; set; }

        /// <summary>Until when those wait who come after the first that asked what is left.</summary>
        public long AsksUntil { get; set; }

        /// <summary>Until when others are taken to use the quota too.</summary>
        public long SharedUntil { get; set; }

        /// <summary>Until when it is remembered that what was left to them was too little.</summary>
        public long RefusedUntil { get; set; }

        /// <summary>When something was heard, or should have been, last.</summary>
        public long LastAt => Math.Max(HeardAt, AsksUntil);

        public long Bytes => Own;
    }
}
