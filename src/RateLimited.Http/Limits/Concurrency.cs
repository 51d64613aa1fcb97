namespace RateLimited.Http.Limits;

/// <summary>At most the quota at any moment. <c>Count</c> is what is held, <c>Mark</c> the instant of the last release.</summary>
internal sealed class Concurrency(long quota) : LimitRule(quota, window: 0)
{
    public override bool IsReleased => true;

    public override long Earliest(ref LimitState state, in Moment at, long cost) => cost <= Quota - state.Count ? at.Now : Never;

    public override long Charge(ref LimitState state, in Moment at, long cost)
    {
        state.Count = Saturating.Add(state.Count, cost);
        return 0;
    }

    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount)
    {
        state.Count = Math.Max(state.Count - amount, 0);
        state.Mark = at.Now;
    }

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount) => Charge(ref state, at, amount);

    public override long Used(ref LimitState state, in Moment at) => state.Count;

    public override long FreshAt(in LimitState state, in Moment at) => state.Count == 0 ? state.Mark : Never;

    public override long Project(ref LimitState state, in Moment at, long amount) => amount <= Quota - state.Count ? at.Now : Never;

    public override bool MayAdmitThroughout => true;

    public override bool AdmitsThroughout(in LimitState state, in Moment from, long to, long cost) => cost <= Quota - state.Count;

    public override void Adopt(ref LimitState state, LimitRule previous, in Moment at)
    {
        // What is held is held whatever the quota; no rule that is not released knows what is held.
        state = previous.IsReleased ? state with { Extra = null } : default;
    }
}
