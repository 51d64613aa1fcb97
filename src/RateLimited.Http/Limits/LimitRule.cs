namespace RateLimited.Http.Limits;

/// <summary>
/// The arithmetic of one limit: immutable, without clock or lock. State comes in by reference and belongs to the caller, who calls for one state from one thread at a time
/// with instants that never fall.
/// </summary>
internal abstract class LimitRule
{
    /// <summary>An instant that never comes: the cost exceeds the quota, or only a release can make room.</summary>
    public const long Never = long.MaxValue;

    protected LimitRule(long quota, long window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quota, 1);
        Quota = quota;
        Window = window;
    }

    public long Quota { get; }

    /// <summary>The window in ticks; zero where there is none.</summary>
    public long Window { get; }

    /// <summary>The most that one request may ever cost.</summary>
    public virtual long Capacity => Quota;

    /// <summary>The first instant, now or later, at which the cost may go if nothing else goes before it. Exact: not one tick earlier.</summary>
    public abstract long Earliest(ref LimitState state, in Moment at, long cost);

    /// <summary>
    /// The first instant, not before another that is not past, at which the cost may go if nothing else goes before it. What may go now may close again for a while: where several limits
    /// decide together, the wait for one may end while another is closed.
    /// </summary>
    public virtual long EarliestNotBefore(ref LimitState state, in Moment at, long cost, long instant) => Math.Max(Earliest(ref state, at, cost), instant);

    /// <summary>Takes the cost, whether it may go or not. Returns the receipt that giving back needs.</summary>
    public abstract long Charge(ref LimitState state, in Moment at, long cost);

    /// <summary>Takes the cost if it may go, in one step. Says when it may if it may not.</summary>
    public virtual bool TryCharge(ref LimitState state, in Moment at, long cost, out long earliest)
    {
        earliest = Earliest(ref state, at, cost);
        if (earliest > at.Now)
        {
            return false;
        }

        Charge(ref state, at, cost);
        return true;
    }

    /// <summary>Somebody came for so much who was refused, and may come back: what else than time it takes for that to be there is begun. Who only asks when it may go calls <see cref="Earliest"/> alone.</summary>
    public virtual void Want(ref LimitState state, in Moment at, long cost)
    {
    }

    /// <summary>Gives back part of what a receipt was charged for, where that can never admit too much.</summary>
    public abstract void GiveBack(ref LimitState state, in Moment at, long receipt, long amount);

    /// <summary>What a receipt was given for never left, and all of it has been given back.</summary>
    public virtual void NeverSent(ref LimitState state, in Moment at, long receipt)
    {
    }

    /// <summary>Adds to what a receipt was charged for: the request proved dearer than estimated.</summary>
    public abstract void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount);

    /// <summary>
    /// What was just charged may be on its way for so long, of which nobody knows anything yet: no answer has told how long the way is. Once for each charge of that time, and
    /// <see cref="Heard"/> once for each that is answered.
    /// </summary>
    public virtual void Await(ref LimitState state, in Moment at, long amount, long longest)
    {
    }

    /// <summary>What was awaited has been answered. Returns the receipt to use from now on.</summary>
    public virtual long Heard(ref LimitState state, in Moment at, long receipt, long amount) => receipt;

    /// <summary>
    /// Takes in that a request has been answered, and so arrived at an instant that counts as this at the latest. Returns the receipt to use from now on.
    /// </summary>
    public virtual long Answer(ref LimitState state, in Moment at, long receipt, long amount, long arrivedBy) => receipt;

    /// <summary>Whether what was sent counts for the window and the guard from when it was sent until it is answered.</summary>
    public virtual bool PadsWhatWasSent => false;

    /// <summary>
    /// Counts what a receipt stood for once more, where it ceased to count before it was answered and can have arrived so late that the upstream still counts it. Returns the receipt to use from now on.
    /// </summary>
    public virtual long CountAgain(ref LimitState state, in Moment at, long receipt, long amount, long arrivedBy) => receipt;

    /// <summary>Nothing that was charged arrived until so long after it was sent: what flowed back meanwhile found the upstream's quota whole, and was lost.</summary>
    public virtual void Defer(ref LimitState state, long ticks)
    {
    }

    /// <summary>How much of the quota is taken now; may exceed it after a settlement.</summary>
    public abstract long Used(ref LimitState state, in Moment at);

    /// <summary>The instant from which on the state equals one that was never used; <see cref="Never"/> while a lease is held.</summary>
    public abstract long FreshAt(in LimitState state, in Moment at);

    /// <summary>When a cost may go at the soonest, as far as is known: before <see cref="Earliest"/> where an answer to somebody else may say so. Whoever may wait until then is not refused.</summary>
    public virtual long Soonest(ref LimitState state, in Moment at, long cost) => Earliest(ref state, at, cost);

    /// <summary>The first instant at which, with a line that takes all it can, so much more will have gone. Equals <see cref="Earliest"/> up to the quota.</summary>
    public abstract long Project(ref LimitState state, in Moment at, long amount);

    /// <summary>Whether the cost may go at every instant from one to another and leaves the same state behind: then a coarse clock decides exactly.</summary>
    public virtual bool AdmitsThroughout(in LimitState state, in Moment from, long to, long cost) => false;

    /// <summary>Takes the cost if <see cref="AdmitsThroughout"/> says so, in one step.</summary>
    public virtual bool TryChargeThroughout(ref LimitState state, in Moment from, long to, long cost)
    {
        if (!AdmitsThroughout(state, from, to, cost))
        {
            return false;
        }

        Charge(ref state, from, cost);
        return true;
    }

    /// <summary>Whether <see cref="AdmitsThroughout"/> is ever true.</summary>
    public virtual bool MayAdmitThroughout => false;

    /// <summary>Takes over a state that was counted by another rule, without making quota out of nothing.</summary>
    public virtual void Adopt(ref LimitState state, LimitRule previous, in Moment at)
    {
        var used = previous.Used(ref state, at);
        state = default;
        if (used > 0)
        {
            Charge(ref state, at, used);
        }
    }

    /// <summary>
    /// Goes over what is to be known of a state after this process: what it counts and what it has learned, not what is held or on its way, which ends with the process. Nothing, where all ends with it.
    /// </summary>
    public virtual void Form(ref LimitState state, StateForm form)
    {
    }

    /// <summary>Whether <see cref="Form"/> goes over anything.</summary>
    public virtual bool OutlivesProcess => false;

    /// <summary>The rule that counts, where this one only keeps or paces it.</summary>
    public virtual LimitRule Counting => this;

    /// <summary>Whether windows end when they are told and at no other time.</summary>
    public virtual bool IsAnnounced => false;

    /// <summary>Lets the current window end where the upstream says it does.</summary>
    public virtual void Announce(ref LimitState state, in Moment at, long resetAt)
    {
    }

    /// <summary>
    /// Takes in what became of a request. Called once for each that was answered, before it is released. Returns whether a waiter may now go earlier than it was told.
    /// </summary>
    public virtual bool Learn(ref LimitState state, in Moment at, in AnswerOutcome outcome) => false;

    /// <summary>How much there is to use now, as people are shown it: the quota where that is fixed, and what was learned where it is not. At least one.</summary>
    public virtual long Present(ref LimitState state, in Moment at) => Capacity;

    /// <summary>Whether it learns from what becomes of requests.</summary>
    public virtual bool Learns => false;

    /// <summary>Whether answers date its charges.</summary>
    public virtual bool IsDatedByAnswers => false;

    /// <summary>Whether a release makes room, so that waiters must be woken by it.</summary>
    public virtual bool IsReleased => false;
}
