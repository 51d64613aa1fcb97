using RateLimited.Http.Limits;
using RateLimited.Http.Limits.Learning;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>
/// A limit that several processes count together. In this process there is of it what the shared store has granted: whoever needs more waits until that has been asked for. What becomes of grants is
/// noted, and told with the next question. While nobody can be asked it is what the mode says.
/// </summary>
/// <param name="inner">The limit as configured: the whole quota.</param>
/// <param name="shared">Who asks.</param>
/// <param name="isOverAll">Whether every service of every process takes its own part of it.</param>
internal sealed class SharedRule(LimitRule inner, SharedService shared, bool isOverAll = false) : LimitRule(inner.Quota, inner.Window)
{
    private LimitRule? _share;
    private int _shareOf;

    /// <summary>The limit as configured.</summary>
    public LimitRule Inner { get; } = inner;

    /// <summary>Who asks.</summary>
    public SharedService Shared => shared;

    /// <summary>Among how many the quota is shared, as far as is known.</summary>
    public int Sharers => isOverAll ? shared.Takers : shared.Instances;

    public override long Capacity { get; } = inner.Capacity;

    public override bool IsReleased { get; } = inner.IsReleased;

    /// <summary>The limit where it learns; else null.</summary>
    public LearningRule? Learning { get; } = inner as LearningRule;

    public override bool Learns => Learning is not null;

    public override bool IsDatedByAnswers => Inner.IsDatedByAnswers;

    public override bool IsAnnounced => Inner.IsAnnounced;

    /// <summary>Whether processes can count a limit together, wherever it stands.</summary>
    public static bool CanBe(LimitRule rule) => rule is TokenBucket or SlidingWindow or FixedWindow or Concurrency;

    /// <summary>Whether they can where it is a service's own: of what is over all services no service's exchange tells what another's has learned.</summary>
    public static bool CanBeOwn(LimitRule rule) => CanBe(rule) || rule is LearningRule;

    public override long Earliest(ref LimitState state, in Moment at, long cost)
    {
        var balance = BalanceOf(state);
        if (cost > Capacity)
        {
            return Never;
        }

        if (!shared.IsAlone)
        {
            return balance.Earliest(at.Now, cost);
        }

        if (IsReleased)
        {
            // What was granted before is in use as well, and what was taken alone may have been released since.
            balance.Alone.Count = balance.InUse;
        }

        // What costs more than the share goes when all of that is free, and is owed after it.
        return shared.Alone switch
        {
            AloneMode.FailOpen => at.Now,
            AloneMode.FailClosed => Never,
            _ => Share().Earliest(ref balance.Alone, at, Math.Min(cost, Share().Capacity)),
        };
    }

    /// <summary>Of what nobody has been told, nothing is known against it.</summary>
    public override long EarliestNotBefore(ref LimitState state, in Moment at, long cost, long instant) =>
        Earliest(ref state, at, cost) is var earliest && earliest == Never && !shared.IsAlone && cost <= Capacity ? instant : Math.Max(earliest, instant);

    /// <summary>Whether so much is there, or may be had by asking now.</summary>
    public bool MayBeHad(ref LimitState state, in Moment at, long cost) =>
        shared.IsAlone ? Earliest(ref state, at, cost) <= at.Now : cost <= Capacity && !(BalanceOf(state) is var balance && balance.Lacks(at.Now, cost) && balance.IsDenied(at.Now, cost));

    public override long Charge(ref LimitState state, in Moment at, long cost)
    {
        var balance = BalanceOf(state);
        var lease = IsReleased ? balance.Leases.Hold(at.Now, cost, Inner is Concurrency or AdaptiveConcurrency ? shared.LongestHold : Never) : 0;
        if (!shared.IsAlone)
        {
            if (!IsReleased && balance.IsStale(at.Now))
            {
                // What has ended is not what is spent.
                shared.GiveBackEnded(balance, at.Now);
                if (balance.IsStale(at.Now))
                {
                    return ChargeAnew(balance, at.Now, cost);
                }
            }

            var receipt = balance.Spend(at.Now, cost, out var lacking);
            if (lacking > 0)
            {
                shared.Note(new SharedNote { Kind = NoteKind.Force, Balance = balance, Amount = lacking });
            }

            NoteSent(balance, at, cost, lacking);
            shared.Holds(balance);
            return IsReleased ? lease : receipt;
        }

        Share().Charge(ref balance.Alone, at, cost);
        balance.SpentAlone = IsReleased ? 0 : Saturating.Add(balance.SpentAlone, cost);
        shared.Holds(balance);
        return IsReleased ? lease : SharedBalance.AloneReceipt;
    }

    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount)
    {
        var balance = BalanceOf(state);
        if (IsReleased)
        {
            if (balance.Leases.Release(receipt, amount))
            {
                Released(balance, at, amount);
            }
        }
        else if (receipt == SharedBalance.AloneReceipt)
        {
            // What was told of it meanwhile stays told.
            balance.SpentAlone = Math.Max(balance.SpentAlone - amount, 0);
        }
        else
        {
            shared.NoteOn(receipt, new SharedNote { Kind = NoteKind.GiveBack, Balance = balance, Receipt = receipt, Amount = amount });
        }
    }

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount)
    {
        var balance = BalanceOf(state);
        if (receipt == SharedBalance.AloneReceipt)
        {
            balance.SpentAlone = Saturating.Add(balance.SpentAlone, amount);
            Share().Charge(ref balance.Alone, at, amount);
        }
        else
        {
            shared.NoteOn(receipt, new SharedNote { Kind = NoteKind.ChargeMore, Balance = balance, Receipt = receipt, Amount = amount });
        }
    }

    public override long Answer(ref LimitState state, in Moment at, long receipt, long amount, long arrivedBy) =>
        receipt == SharedBalance.AloneReceipt ? receipt : shared.NoteAnswer(BalanceOf(state), receipt, amount, arrivedBy);

    public override void Announce(ref LimitState state, in Moment at, long resetAt) =>
        shared.Note(new SharedNote { Kind = NoteKind.Announce, Balance = BalanceOf(state), Instant = resetAt });

    /// <summary>An answer says how much of what the upstream counts is used. See <see cref="FleetQuota.Hear"/>.</summary>
    /// <param name="state">The state.</param>
    /// <param name="at">The present.</param>
    /// <param name="used">How much.</param>
    /// <param name="until">When the window ends.</param>
    /// <param name="tolerance">How far apart two answers may place that.</param>
    /// <param name="remembered">For how long others are taken to use the quota too where more of it is used than all processes know to have gone; zero where not all that went is known.</param>
    public void Hear(ref LimitState state, in Moment at, long used, long until, long tolerance, long remembered)
    {
        var balance = BalanceOf(state);
        ((FleetQuota)Inner).Hear(ref balance.Alone, at, used, until, tolerance, isCounted: remembered > 0);
        if (!shared.IsAlone)
        {
            shared.Note(new SharedNote { Kind = NoteKind.Heard, Balance = balance, Amount = used, Instant = until, Receipt = tolerance, Token = remembered });
        }
    }

    /// <summary>An answer says how much is used of what flows back all the time. See <see cref="FleetBucket.Hear"/>.</summary>
    /// <param name="state">The state.</param>
    /// <param name="at">The present.</param>
    /// <param name="used">How much.</param>
    /// <param name="isCounted">Whether its request was counted when it went: else not all that went is known.</param>
    /// <param name="isOfRefusal">Whether the request was refused nevertheless.</param>
    public void HearLevel(ref LimitState state, in Moment at, long used, bool isCounted, bool isOfRefusal)
    {
        var balance = BalanceOf(state);
        var uncounted = isCounted ? FleetRule.UncountedOf(Sharers) : -1;
        balance.Alone.Count = balance.InUse;
        ((FleetBucket)Inner).Hear(ref balance.Alone, at, used, at.Now, uncounted, isOfRefusal);
        if (!shared.IsAlone)
        {
            shared.Note(new SharedNote { Kind = NoteKind.Level, Balance = balance, Amount = used, Instant = at.Now, Receipt = uncounted, Token = isOfRefusal ? 1 : 0 });
        }
    }

    /// <summary>Others use the quota too, as far as is known until an instant: all processes are told.</summary>
    public void Share(ref LimitState state, long until)
    {
        var balance = BalanceOf(state);
        FleetQuota.Share(ref balance.Alone, until);
        if (!shared.IsAlone)
        {
            shared.Note(new SharedNote { Kind = NoteKind.Others, Balance = balance, Instant = until });
        }
    }

    /// <summary>A request was counted upstream, and nobody said what is used with it.</summary>
    public void Count(ref LimitState state, in Moment at, long cost)
    {
        var balance = BalanceOf(state);
        ((FleetRule)Inner).Count(ref balance.Alone, at, cost);
        if (!shared.IsAlone)
        {
            shared.Note(new SharedNote { Kind = NoteKind.Counted, Balance = balance, Amount = cost });
        }
    }

    /// <summary>Of what a process spent alone, how much it owes when the store answers again: what has not flowed back since, or else an outage would be paid for by one as long.</summary>
    public long OwedBy(SharedBalance balance, in Moment at) => Math.Min(balance.SpentAlone, Share().Used(ref balance.Alone, at));

    /// <summary>Nobody here knows what others have used: what this process holds in use.</summary>
    public override long Used(ref LimitState state, in Moment at) => BalanceOf(state).InUse;

    public override long FreshAt(in LimitState state, in Moment at) => BalanceOf(state) is { IsIdle: true } balance ? balance.LastUsed : Never;

    /// <summary>How much all processes have used, as far as was heard: of what was, all flows back evenly within a window. Of two limits the one with more left is a matter of luck, and asked for anyway.</summary>
    public long Heard(ref LimitState state, in Moment at)
    {
        var balance = BalanceOf(state);
        return shared.IsAlone
            ? Math.Min((long)Int128.Min((Int128)Share().Used(ref balance.Alone, at) * Capacity / Share().Capacity, Capacity), Capacity)
            : Math.Max(balance.HeardAt(at.Now, Window), balance.InUse);
    }

    public override long Soonest(ref LimitState state, in Moment at, long cost) => Project(ref state, at, cost);

    /// <summary>A lower bound, as others use it too: what is held goes at once, the whole quota may be there as well, and the rest flows in; of a learned rate one second's worth is there.</summary>
    public override long Project(ref LimitState state, in Moment at, long amount)
    {
        var balance = BalanceOf(state);
        var now = shared.IsAlone ? Earliest(ref state, at, Math.Min(amount, Capacity)) : balance.Told(at.Now, Math.Min(amount, Capacity));
        var (most, quota, window) = Learning is null || Window == 0 ? (Capacity, Quota, Window) : (balance.NeedOf(long.MaxValue), balance.NeedOf(long.MaxValue), TimeSpan.TicksPerSecond);
        var rest = amount - balance.HeldAt(at.Now) - most;
        var projected = rest <= 0 || window == 0 || now == Never ? now : Saturating.Add(now, (long)Int128.Min((Int128)rest * window / quota, Never));
        return Inner is FleetBucket bucket ? bucket.Refill.Soonest(at.Now, projected) : projected;
    }

    /// <summary>
    /// What this process holds stays what it holds. What was refused was refused by another quota. What was counted alone is converted as any limit's state is; what is owed of it was said in the limit's own
    /// unit and stays as much.
    /// </summary>
    public override void Adopt(ref LimitState state, LimitRule previous, in Moment at)
    {
        var balance = BalanceOf(state);
        balance.ForgetDenial();
        var before = previous as SharedRule;
        if (Learning?.GetType() != before?.Learning?.GetType())
        {
            // What another algorithm has learned, or counts, means nothing to this one.
            balance.Alone = default;
            balance.Lesson = Learning is null ? null : new SharedLesson();
        }
        else if (Learning is not null)
        {
            Learning.Adopt(ref balance.Alone, before!.Learning!, at);
            balance.Lesson?.HearAnew();
        }
        else if (Inner is FleetRule && before is not null)
        {
            // What was heard is of the whole quota, and may be kept as an instant, which another size and window place elsewhere.
            Inner.Adopt(ref balance.Alone, before.Inner, at);
        }
        else if (before?._share is { } counted)
        {
            Share().Adopt(ref balance.Alone, counted, at);
        }
    }

    /// <summary>What became of a request of this process: what is learned of it holds for all, and that a limit has fallen is told at once.</summary>
    public override bool Learn(ref LimitState state, in Moment at, in AnswerOutcome outcome)
    {
        var balance = BalanceOf(state);
        if (Learning is null || shared.IsAlone)
        {
            return Learning is not null && Share().Learn(ref balance.Alone, at, outcome);
        }

        var before = Learning.Figure(balance.Alone);
        var isMore = Learning.Learn(ref balance.Alone, at, outcome, ViewOf(balance, at));
        if (Learning.Figure(balance.Alone) < before)
        {
            shared.TellLesson(balance);
        }

        return isMore;
    }

    public override long Present(ref LimitState state, in Moment at) => Learning?.Present(ref BalanceOf(state).Alone, at) ?? Capacity;

    /// <summary>How much of the quota is one process's while it is alone.</summary>
    internal static LimitRule ShareOf(LimitRule rule, int instances)
    {
        var quota = Math.Max(rule.Quota / instances, 1);

        // Less than one in a window is one in a longer window.
        var window = rule.Quota >= instances ? rule.Window : Saturating.Multiply(rule.Window, Saturating.DivideUp(instances, rule.Quota));
        return rule switch
        {
            FleetRule told => told.Among(instances),
            LearningRule learning => learning.Among(instances),
            TokenBucket bucket => new TokenBucket(quota, window, Math.Max(bucket.Burst / instances, 1)),
            Concurrency => new Concurrency(quota),
            FixedWindow { Anchor: var anchor, Zone: var zone } when window == rule.Window => new FixedWindow(quota, window, anchor, zone),
            _ => new SlidingWindow(quota, window),
        };
    }

    private static SharedBalance BalanceOf(in LimitState state) => (SharedBalance)state.Extra!;

    private LimitRule Share()
    {
        if (_share is null || _shareOf != Sharers)
        {
            _shareOf = Sharers;
            _share = ShareOf(Inner, _shareOf);
        }

        return _share;
    }

    /// <summary>What was kept for somebody who came back for it counts from now on, as it goes now: the upstream counts it so too.</summary>
    private long ChargeAnew(SharedBalance balance, long now, long cost)
    {
        balance.NoteUse(now, cost);
        for (var left = cost; balance.TryTake(left, out var amount, out var old); left -= amount)
        {
            shared.Note(new SharedNote { Kind = NoteKind.GiveBack, Balance = balance, Receipt = old, Amount = amount });
        }

        NoteSent(balance, new Moment(now), cost, forced: 0);
        shared.Holds(balance);
        return shared.NoteForced(balance, cost);
    }

    /// <summary>What has been held for too long goes to others. Returns whether there was any.</summary>
    public bool LetGo(SharedBalance balance, in Moment at, List<CancellationTokenSource> told)
    {
        var amount = balance.Leases.LetGo(at.Now, told);
        if (amount > 0)
        {
            Released(balance, at, amount);
        }

        return amount > 0;
    }

    private void Released(SharedBalance balance, in Moment at, long amount)
    {
        if (shared.IsAlone)
        {
            Share().GiveBack(ref balance.Alone, at, receipt: 0, amount);
        }
        else
        {
            balance.Unhear(Learns ? amount : 0);
            shared.Note(new SharedNote { Kind = NoteKind.GiveBack, Balance = balance, Amount = amount });
        }
    }

    private FleetView ViewOf(SharedBalance balance, in Moment at) => balance.Lesson!.View(shared.Living, Math.Max(balance.HeardAt(at.Now, Window), balance.InUse));

    /// <summary>What was granted has been counted already.</summary>
    private void NoteSent(SharedBalance balance, in Moment at, long cost, long forced)
    {
        if (Learning is not null)
        {
            balance.Lesson!.Went += forced;
            Learning.Went(ref balance.Alone, at, cost, ViewOf(balance, at));
        }
    }
}
