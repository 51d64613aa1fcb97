namespace RateLimited.Http.Limits;

/// <summary>
/// For an upstream of which nothing is known yet: one request, and twice as many with every round of answers, until so many have come that whoever had something to say has said it. Then it
/// admits everything. <c>Count</c> is what is held, <c>Mark</c> how many have ended. (Named after TCP's, RFC 5681.)
/// </summary>
internal sealed class SlowStart() : LimitRule(quota: long.MaxValue, window: 0)
{
    /// <summary>After how many answers without a word of limits there are none to wait for.</summary>
    public const int Enough = 64;

    public override bool IsReleased => true;

    public override long Earliest(ref LimitState state, in Moment at, long cost) => cost <= Room(state) || state.Count == 0 ? at.Now : Never;

    public override long Charge(ref LimitState state, in Moment at, long cost)
    {
        state.Count = Saturating.Add(state.Count, cost);
        return 0;
    }

    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount)
    {
        state.Count = Math.Max(state.Count - amount, 0);
        state.Mark = Saturating.Add(state.Mark, amount);
    }

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount) => Charge(ref state, at, amount);

    public override long Used(ref LimitState state, in Moment at) => state.Count;

    public override long FreshAt(in LimitState state, in Moment at) => state.Count == 0 ? 0 : Never;

    public override long Project(ref LimitState state, in Moment at, long amount) => amount <= Room(state) ? at.Now : Never;

    public override void Adopt(ref LimitState state, LimitRule previous, in Moment at)
    {
    }

    public override bool OutlivesProcess => true;

    /// <summary>How many have been answered, which is no instant. What is held ends with the process.</summary>
    public override void Form(ref LimitState state, StateForm form) => form.Number(ref state.Mark);

    private static long Room(in LimitState state) => state.Mark >= Enough ? long.MaxValue : Math.Max(state.Mark + 1 - state.Count, 0);
}
