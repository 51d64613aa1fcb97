namespace RateLimited.Http.Limits;

/// <summary>
/// A hard sliding window: in every interval as long as the window, at most the quota goes. While all that counts was charged at one instant, <c>Mark</c> is the tick after it and
/// <c>Count</c> the charge, so that a partition used now and then is small; else <c>Extra</c> holds <see cref="WindowLogs"/>.
/// </summary>
/// <remarks>
/// It counts like an exact log in constant memory: charges that lie close together expire together, with the last of them. That only ever delays, by at most 1/62 of the window, and
/// a saturated line loses nothing by it, since what expired together goes together again.
/// <para>
/// What was sent counts from when it was sent, and as much longer as the guard says. Once it has been answered it counts from when it can have arrived at the latest: no longer than
/// that, and not less either, however long it was on its way.
/// </para>
/// </remarks>
internal sealed class SlidingWindow : LimitRule
{
    private readonly long _spacing;

    /// <param name="quota">How much may go in any window.</param>
    /// <param name="window">The window in ticks.</param>
    public SlidingWindow(long quota, long window)
        : base(quota, window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        _spacing = Saturating.DivideUp(window, ChargeLog.Resolution);
    }

    public override bool IsDatedByAnswers => true;

    public override bool PadsWhatWasSent => true;

    public override long Earliest(ref LimitState state, in Moment at, long cost)
    {
        if (cost > Quota)
        {
            return Never;
        }

        var logs = Current(ref state, at);
        return Earliest(state, logs, at, cost);
    }

    public override bool TryCharge(ref LimitState state, in Moment at, long cost, out long earliest)
    {
        if (cost > Quota)
        {
            earliest = Never;
            return false;
        }

        var logs = Current(ref state, at);
        earliest = Earliest(state, logs, at, cost);
        if (earliest > at.Now)
        {
            return false;
        }

        Charge(ref state, logs, at, cost);
        return true;
    }

    /// <summary>The receipt is the number of the entry, which is the mark of the first; its complement once the request was answered.</summary>
    public override long Charge(ref LimitState state, in Moment at, long cost) => Charge(ref state, Current(ref state, at), at, cost);

    private long Earliest(in LimitState state, WindowLogs? logs, in Moment at, long cost)
    {
        // Saturating: a settlement may have brought the total anywhere.
        var excess = Saturating.Add(logs?.Total ?? state.Count, cost) - Quota;
        return excess <= 0 ? at.Now : ExpiryOf(state, logs, at, excess);
    }

    private long Charge(ref LimitState state, WindowLogs? logs, in Moment at, long cost)
    {
        if (logs is null && (state.Mark == at.Now + 1 || IsExpired(state, at)))
        {
            state.Mark = at.Now + 1;
            state.Count = Saturating.Add(state.Count, cost);
            return state.Mark;
        }

        // The guard keeps charges alive longer: spaced by 1/32 of it more, no more entries are alive than without.
        return (logs ?? Unfold(ref state)).Sent.Add(at.Now, cost, _spacing + (at.Guard >> 5));
    }

    /// <summary>Giving back goes into the entry that was charged: that is exact, for it expires with it.</summary>
    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount) => Change(ref state, at, receipt, -amount);

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount) => Change(ref state, at, receipt, amount);

    public override long Answer(ref LimitState state, in Moment at, long receipt, long amount, long arrivedBy)
    {
        var logs = Current(ref state, at);
        if (logs is null && state.Mark == receipt && !IsExpired(state, at))
        {
            logs = Unfold(ref state);
        }

        if (receipt < 0 || logs is null || !logs.Sent.Change(receipt, -amount))
        {
            return receipt;
        }

        return AddAnswered(logs, at, amount, arrivedBy);
    }

    public override long CountAgain(ref LimitState state, in Moment at, long receipt, long amount, long arrivedBy) =>
        receipt < 0 || arrivedBy <= at.Now - Window ? receipt : AddAnswered(Current(ref state, at) ?? Unfold(ref state), at, amount, arrivedBy);

    public override long Used(ref LimitState state, in Moment at) => Current(ref state, at)?.Total ?? state.Count;

    public override long FreshAt(in LimitState state, in Moment at) =>
        state.Extra is WindowLogs logs ? logs.EmptyAt(Window, at.Guard) : state.Mark != 0 ? ExpiryOf(state.Mark - 1, at) : 0;

    public override long Project(ref LimitState state, in Moment at, long amount)
    {
        var logs = Current(ref state, at);
        var used = logs?.Total ?? state.Count;
        var room = Quota - used;
        if (amount <= room)
        {
            return at.Now;
        }

        // What goes at an instant expires a window later: the present pattern repeats, quota by quota. What a settlement took beyond the quota must expire first and never repeats.
        var period = Saturating.Add(Window, at.Guard);
        var later = amount - Math.Max(room, 0);
        var repeats = (later - 1) / Quota;
        var rest = ((later - 1) % Quota) + 1 + Math.Max(-room, 0);
        var first = used > 0 && rest <= used ? ExpiryOf(state, logs, at, rest) : Saturating.Add(at.Now, period);
        return Saturating.Add(first, Saturating.Multiply(repeats, period));
    }

    public override void Adopt(ref LimitState state, LimitRule previous, in Moment at)
    {
        // The logs hold instants, which a change of quota or window leaves true.
        if (previous is not SlidingWindow)
        {
            base.Adopt(ref state, previous, at);
        }
    }

    public override bool OutlivesProcess => true;

    public override void Form(ref LimitState state, StateForm form)
    {
        form.Instant(ref state.Mark);
        form.Number(ref state.Count);
        if (form.Has(state.Extra is WindowLogs))
        {
            if (state.Extra is not WindowLogs logs)
            {
                state.Extra = logs = new WindowLogs(0);
            }

            logs.Form(form);
        }
    }

    private long AddAnswered(WindowLogs logs, in Moment at, long amount, long arrivedBy)
    {
        var answered = logs.Answered ??= new ChargeLog(at.Now + 1);
        return ~answered.Add(answered.Count > 0 ? Math.Max(arrivedBy, answered.Newest) : arrivedBy, amount, _spacing);
    }

    private long ExpiryOf(long instant, in Moment at) => Saturating.Add(instant, Saturating.Add(Window, at.Guard));

    private long ExpiryOf(in LimitState state, WindowLogs? logs, in Moment at, long amount) =>
        logs is null ? ExpiryOf(state.Mark - 1, at) : logs.ExpiryOf(amount, Window, at.Guard);

    private void Change(ref LimitState state, in Moment at, long receipt, long by)
    {
        if (Current(ref state, at) is { } logs)
        {
            logs.Change(receipt, by);
        }
        else if (receipt == state.Mark && !IsExpired(state, at))
        {
            state.Count = by < 0 ? Math.Max(state.Count + by, 0) : Saturating.Add(state.Count, by);
        }
    }

    /// <summary>Gives the one instant's charge a log to stand in. Its number is its mark, and no later entry's can be the same.</summary>
    private WindowLogs Unfold(ref LimitState state)
    {
        var logs = new WindowLogs(state.Mark);
        logs.Sent.Add(state.Mark - 1, state.Count, _spacing);
        state = new LimitState { Extra = logs };
        return logs;
    }

    /// <summary>Forgets what has expired. Returns the logs, or null where one instant's charge, or nothing, is all that counts.</summary>
    private WindowLogs? Current(ref LimitState state, in Moment at)
    {
        if (state.Extra is WindowLogs logs)
        {
            logs.Sent.Expire(at.Now - Window - at.Guard);
            logs.Answered?.Expire(at.Now - Window);
            if (!logs.IsEmpty)
            {
                return logs;
            }

            // The mark stays, expired: since when nothing counts is asked for.
            state = new LimitState { Mark = logs.EmptyAt(Window, at.Guard) - Window - at.Guard + 1 };
        }
        else if (state.Count != 0 && IsExpired(state, at))
        {
            state.Count = 0;
        }

        return null;
    }

    /// <summary>Whether no instant's charge counts, or the one that did has expired.</summary>
    private bool IsExpired(in LimitState state, in Moment at) => state.Mark == 0 || state.Mark - 1 <= at.Now - Window - at.Guard;
}
