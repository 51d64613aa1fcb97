using RateLimited.Http.Limits;

namespace RateLimited.Http.Simulation.Tests.Mutants;

/// <summary>A rule that does as another does, but for what a mutant gets wrong.</summary>
internal abstract class MutatedRule(LimitRule right) : LimitRule(right.Quota, right.Window)
{
    public override long Capacity => right.Capacity;

    public override bool IsReleased => right.IsReleased;

    public override bool Learns => right.Learns;

    public override bool IsDatedByAnswers => right.IsDatedByAnswers;

    public override void Defer(ref LimitState state, long ticks) => right.Defer(ref state, ticks);

    public override bool PadsWhatWasSent => right.PadsWhatWasSent;

    public override bool IsAnnounced => right.IsAnnounced;

    public override long Earliest(ref LimitState state, in Moment at, long cost) => right.Earliest(ref state, at, cost);

    public override long EarliestNotBefore(ref LimitState state, in Moment at, long cost, long instant) => Math.Max(Earliest(ref state, at, cost), instant);

    public override long Charge(ref LimitState state, in Moment at, long cost) => right.Charge(ref state, at, cost);

    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount) => right.GiveBack(ref state, at, receipt, amount);

    public override void NeverSent(ref LimitState state, in Moment at, long receipt) => right.NeverSent(ref state, at, receipt);

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount) => right.ChargeMore(ref state, at, receipt, amount);

    public override long Answer(ref LimitState state, in Moment at, long receipt, long amount, long arrivedBy) => right.Answer(ref state, at, receipt, amount, arrivedBy);

    public override long CountAgain(ref LimitState state, in Moment at, long receipt, long amount, long arrivedBy) => right.CountAgain(ref state, at, receipt, amount, arrivedBy);

    public override long Used(ref LimitState state, in Moment at) => right.Used(ref state, at);

    public override long FreshAt(in LimitState state, in Moment at) => right.FreshAt(state, at);

    public override long Project(ref LimitState state, in Moment at, long amount) => right.Project(ref state, at, amount);

    public override bool Learn(ref LimitState state, in Moment at, in AnswerOutcome outcome) => right.Learn(ref state, at, outcome);

    public override void Announce(ref LimitState state, in Moment at, long resetAt) => right.Announce(ref state, at, resetAt);
}

/// <summary>Lets a request go a little before there is room for it.</summary>
internal sealed class EarlyRule(LimitRule right, long ticks) : MutatedRule(right)
{
    public override long Earliest(ref LimitState state, in Moment at, long cost) =>
        base.Earliest(ref state, at, cost) is var earliest && earliest != Never ? Math.Max(earliest - ticks, at.Now) : earliest;
}

/// <summary>Counts one too few whenever it is used.</summary>
internal sealed class ForgetfulRule(LimitRule right) : MutatedRule(right)
{
    public override long Charge(ref LimitState state, in Moment at, long cost) => base.Charge(ref state, at, Math.Max(cost - 1, 0));
}

/// <summary>Gives back twice what it is told to.</summary>
internal sealed class MintingRule(LimitRule right) : MutatedRule(right)
{
    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount) => base.GiveBack(ref state, at, receipt, amount * 2);
}

/// <summary>Never lets go of what was held.</summary>
internal sealed class KeepingRule(LimitRule right) : MutatedRule(right)
{
    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount)
    {
        if (!IsReleased)
        {
            base.GiveBack(ref state, at, receipt, amount);
        }
    }
}

/// <summary>Says that waiting never ends, where it does.</summary>
internal sealed class DespairingRule(LimitRule right) : MutatedRule(right)
{
    public override long Earliest(ref LimitState state, in Moment at, long cost) => base.Earliest(ref state, at, cost) is var earliest && earliest > at.Now ? Never : at.Now;
}
