using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>
/// How a key is, or the quota that it draws on, as processes tell each other: it stands beside the limits so that it is told and asked with them, in one step. It limits nothing by itself: what is heard
/// is each process's to judge.
/// </summary>
internal sealed class RestRule() : LimitRule(quota: 1, window: 0)
{
    public override long Earliest(ref LimitState state, in Moment at, long cost) => at.Now;

    public override long Charge(ref LimitState state, in Moment at, long cost) => 0;

    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount)
    {
    }

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount)
    {
    }

    public override long Used(ref LimitState state, in Moment at) => 0;

    public override long FreshAt(in LimitState state, in Moment at) => 0;

    public override long Project(ref LimitState state, in Moment at, long amount) => at.Now;
}
