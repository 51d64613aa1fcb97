namespace RateLimited.Http.Limits;

/// <summary>
/// For an upstream that tells what remains of its quota and has not told this process yet: others may have used it, or this process itself before it was started anew. One request asks, and the rest go when
/// it is answered; whoever is told first drops this limit. Without an answer they go after a while, since nobody says how long answers take. <c>Count</c> is what has gone, <c>Mark</c> until when is asked.
/// </summary>
/// <param name="patience">How long an answer is waited for, in ticks.</param>
internal sealed class AskFirst(long patience) : LimitRule(quota: long.MaxValue, window: 0)
{
    public override long Earliest(ref LimitState state, in Moment at, long cost) => state.Count == 0 || at.Now >= state.Mark ? at.Now : state.Mark;

    public override long Charge(ref LimitState state, in Moment at, long cost)
    {
        state.Mark = state.Mark == 0 ? Saturating.Add(Math.Max(at.Now, 0), patience) : state.Mark;
        state.Count = Saturating.Add(state.Count, cost);
        return 0;
    }

    /// <summary>What never left asks nothing: the next one does.</summary>
    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount)
    {
        state.Count = Math.Max(state.Count - amount, 0);
        state.Mark = state.Count == 0 && at.Now < state.Mark ? 0 : state.Mark;
    }

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount) => state.Count = Saturating.Add(state.Count, amount);

    public override long Used(ref LimitState state, in Moment at) => at.Now < state.Mark ? state.Count : 0;

    public override long FreshAt(in LimitState state, in Moment at) => state.Mark;

    public override long Project(ref LimitState state, in Moment at, long amount) => Earliest(ref state, at, amount);

    public override void Adopt(ref LimitState state, LimitRule previous, in Moment at)
    {
        // Whoever has asked has asked, and waits no longer than is said now.
        state = previous is AskFirst ? state : default;
        state.Mark = Math.Min(state.Mark, Saturating.Add(at.Now, patience));
    }
}
