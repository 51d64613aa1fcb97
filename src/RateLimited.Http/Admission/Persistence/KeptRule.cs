using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Persistence;

/// <summary>
/// A limit that outlives its process: nothing is charged to it before it has been written that so much may be. It counts as the limit that was configured does; whoever finds too little written waits
/// until more is, as for a release, and most find enough, since more is written before the last has gone.
/// </summary>
/// <param name="counting">The limit as configured.</param>
/// <param name="kept">Who writes.</param>
internal sealed class KeptRule(LimitRule counting, KeptService kept) : LimitRule(counting.Quota, counting.Window)
{
    private readonly LimitRule _configured = counting;

    public override LimitRule Counting => _configured.Counting;

    /// <summary>Whose it is.</summary>
    public KeptService Kept => kept;

    public override long Capacity => _configured.Capacity;

    public override bool PadsWhatWasSent => _configured.PadsWhatWasSent;

    public override bool MayAdmitThroughout => _configured.MayAdmitThroughout;

    public override bool IsAnnounced => _configured.IsAnnounced;

    public override bool IsDatedByAnswers => _configured.IsDatedByAnswers;

    public override bool OutlivesProcess => true;

    /// <summary>Whether it is worth it: what is held ends with its process, and what is learned needs not be known to the last request.</summary>
    public static bool CanBe(LimitRule rule) => rule.Counting is TokenBucket or SlidingWindow or FixedWindow;

    public override long Earliest(ref LimitState state, in Moment at, long cost)
    {
        var own = Of(ref state);
        var earliest = _configured.Earliest(ref own.Counted, at, cost);
        return earliest > at.Now || IsCovered(own, at.Now, cost) ? earliest : Saturating.Add(at.Now, kept.Patience);
    }

    public override long EarliestNotBefore(ref LimitState state, in Moment at, long cost, long instant) => _configured.EarliestNotBefore(ref Of(ref state).Counted, at, cost, instant);

    public override bool TryCharge(ref LimitState state, in Moment at, long cost, out long earliest)
    {
        var own = Of(ref state);
        if (!own.Covers(at.Now, cost))
        {
            var isCharged = base.TryCharge(ref state, at, cost, out earliest);
            if (!isCharged)
            {
                Want(ref state, at, cost);
            }

            return isCharged;
        }

        if (!_configured.TryCharge(ref own.Counted, at, cost, out earliest))
        {
            return false;
        }

        Spend(own, at.Now, cost);
        return true;
    }

    /// <summary>More is written, unless the limit itself is what refuses.</summary>
    public override void Want(ref LimitState state, in Moment at, long cost)
    {
        var own = Of(ref state);
        if (!own.Covers(at.Now, cost) && cost != 0 && _configured.Earliest(ref own.Counted, at, cost) <= at.Now)
        {
            own.Want(cost);
            kept.Write(own);
        }
    }

    public override bool AdmitsThroughout(in LimitState state, in Moment from, long to, long cost) =>
        state.Extra is KeptState own && own.Covers(to, cost) && _configured.AdmitsThroughout(own.Counted, from, to, cost);

    public override bool TryChargeThroughout(ref LimitState state, in Moment from, long to, long cost)
    {
        var own = Of(ref state);
        if (!own.Covers(to, cost) || !_configured.TryChargeThroughout(ref own.Counted, from, to, cost))
        {
            return false;
        }

        Spend(own, from.Now, cost);
        return true;
    }

    public override long Charge(ref LimitState state, in Moment at, long cost)
    {
        var own = Of(ref state);
        Spend(own, at.Now, cost);
        return _configured.Charge(ref own.Counted, at, cost);
    }

    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount) => _configured.GiveBack(ref Changed(ref state).Counted, at, receipt, amount);

    public override void NeverSent(ref LimitState state, in Moment at, long receipt) => _configured.NeverSent(ref Changed(ref state).Counted, at, receipt);

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount)
    {
        var own = Changed(ref state);
        Spend(own, at.Now, amount);
        _configured.ChargeMore(ref own.Counted, at, receipt, amount);
    }

    public override void Await(ref LimitState state, in Moment at, long amount, long longest) => _configured.Await(ref Of(ref state).Counted, at, amount, longest);

    public override long Heard(ref LimitState state, in Moment at, long receipt, long amount) => _configured.Heard(ref Of(ref state).Counted, at, receipt, amount);

    public override long Answer(ref LimitState state, in Moment at, long receipt, long amount, long arrivedBy) => _configured.Answer(ref Changed(ref state).Counted, at, receipt, amount, arrivedBy);

    public override long CountAgain(ref LimitState state, in Moment at, long receipt, long amount, long arrivedBy) => _configured.CountAgain(ref Changed(ref state).Counted, at, receipt, amount, arrivedBy);

    public override void Defer(ref LimitState state, long ticks) => _configured.Defer(ref Changed(ref state).Counted, ticks);

    public override void Announce(ref LimitState state, in Moment at, long resetAt) => _configured.Announce(ref Changed(ref state).Counted, at, resetAt);

    public override long Used(ref LimitState state, in Moment at) => _configured.Used(ref Of(ref state).Counted, at);

    public override long FreshAt(in LimitState state, in Moment at) => _configured.FreshAt(state.Extra is KeptState own ? own.Counted : default, at);

    /// <summary>What the limit says: whoever asks how long it would wait is not kept away by a write that nobody has asked for.</summary>
    public override long Soonest(ref LimitState state, in Moment at, long cost) => Project(ref state, at, cost);

    public override long Project(ref LimitState state, in Moment at, long amount) => _configured.Project(ref Of(ref state).Counted, at, amount);

    public override long Present(ref LimitState state, in Moment at) => _configured.Present(ref Of(ref state).Counted, at);

    public override void Form(ref LimitState state, StateForm form) => _configured.Form(ref Of(ref state).Counted, form);

    /// <summary>What was written for the limit as it was may still be charged to what it is.</summary>
    public override void Adopt(ref LimitState state, LimitRule previous, in Moment at)
    {
        if (previous is KeptRule)
        {
            _configured.Adopt(ref Of(ref state).Counted, previous.Counting, at);
            return;
        }

        var own = new KeptState { Counted = state };
        _configured.Adopt(ref own.Counted, previous.Counting, at);
        state = new LimitState { Extra = own };
    }

    /// <summary>Makes a new partition one of the limit's. Where something that had been written is lost, nobody knows what it has used: all there was.</summary>
    public void Open(Partition partition)
    {
        Of(ref partition.State).Partition = partition;
        if (kept.DoubtedAt is { } doubted)
        {
            ChargeUnseen(ref partition.State, doubted, Capacity);
        }
    }

    /// <summary>Counts what may have gone and was not taken down: the rest of an allowance, at the latest instant at which that can have been.</summary>
    public void ChargeUnseen(ref LimitState state, in Moment at, long amount) => _configured.Charge(ref Of(ref state).Counted, at, Math.Min(amount, Capacity));

    public static KeptState Of(ref LimitState state)
    {
        if (state.Extra is not KeptState own)
        {
            state.Extra = own = new KeptState();
        }

        return own;
    }

    private bool IsCovered(KeptState own, long now, long cost) => own.Covers(now, cost) || cost == 0 || kept.GoesOn;

    private void Spend(KeptState own, long now, long cost)
    {
        if (own.Spend(now, cost))
        {
            kept.Write(own);
        }
    }

    private KeptState Changed(ref LimitState state)
    {
        var own = Of(ref state);
        kept.WriteSoon(own);
        return own;
    }
}
