namespace RateLimited.Http.Limits;

/// <summary>
/// A hard sliding window: in every interval as long as the window, at most the quota goes. <c>Extra</c> holds <see cref="WindowLogs"/> once charges of two instants count; a lone
/// charge, which is all that most partitions ever have, needs none: <c>Mark</c> is its instant, <c>Count</c> what it took, negative once it was answered.
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

    public override long Earliest(ref LimitState state, in Moment at, long cost)
    {
        if (cost > Quota)
        {
            return Never;
        }

        var logs = Current(ref state, at);

        // Saturating: a settlement may have brought the total anywhere.
        var excess = Saturating.Add(TotalOf(logs, state), cost) - Quota;
        return excess <= 0 ? at.Now : logs?.ExpiryOf(excess, Window, at.Guard) ?? LoneExpiry(state, at);
    }

    /// <summary>The receipt is the number of the entry; its complement once the request was answered.</summary>
    public override long Charge(ref LimitState state, in Moment at, long cost)
    {
        var logs = Current(ref state, at);
        if (logs is null)
        {
            if (state.Count == 0 || (state.Count > 0 && state.Mark == at.Now))
            {
                (state.Mark, state.Count) = (at.Now, Math.Min(Saturating.Add(state.Count, cost), ChargeLog.MostInEntry));
                return at.Now;
            }

            logs = LogsOf(ref state);
        }

        // The guard keeps charges alive longer: spaced by 1/32 of it more, no more entries are alive than without.
        return logs.Sent.Add(at.Now, cost, _spacing + (at.Guard >> 5));
    }

    /// <summary>Giving back goes into the entry that was charged: that is exact, for it expires with it.</summary>
    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount) => Change(ref state, at, receipt, -amount);

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount) => Change(ref state, at, receipt, amount);

    public override long Answer(ref LimitState state, in Moment at, long receipt, long amount, long arrivedBy)
    {
        if (receipt < 0)
        {
            return receipt;
        }

        var logs = Current(ref state, at);
        if (logs is null)
        {
            if (state.Count <= 0 || state.Mark != receipt)
            {
                return receipt;
            }

            if (state.Count == amount)
            {
                (state.Mark, state.Count) = (arrivedBy, -amount);
                return ~arrivedBy;
            }

            logs = LogsOf(ref state);
        }

        if (!logs.Sent.Change(receipt, -amount))
        {
            return receipt;
        }

        var answered = logs.Answered ??= new ChargeLog();
        return ~answered.Add(answered.Count > 0 ? Math.Max(arrivedBy, answered.Newest) : arrivedBy, amount, _spacing);
    }

    public override long Used(ref LimitState state, in Moment at) => TotalOf(Current(ref state, at), state);

    public override long FreshAt(in LimitState state, in Moment at) =>
        state.Extra is WindowLogs logs ? logs.EmptyAt(Window, at.Guard) : state.Count == 0 ? 0 : LoneExpiry(state, at);

    public override long Project(ref LimitState state, in Moment at, long amount)
    {
        var logs = Current(ref state, at);
        var used = TotalOf(logs, state);
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
        var first = rest > used ? Saturating.Add(at.Now, period) : logs?.ExpiryOf(rest, Window, at.Guard) ?? LoneExpiry(state, at);
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

    private static long TotalOf(WindowLogs? logs, in LimitState state) => logs?.Total ?? Math.Abs(state.Count);

    /// <summary>When the lone charge expires.</summary>
    private long LoneExpiry(in LimitState state, in Moment at) => Saturating.Add(state.Mark, state.Count > 0 ? Saturating.Add(Window, at.Guard) : Window);

    /// <summary>Drops what has expired. Returns the logs, or null while at most a lone charge counts.</summary>
    private WindowLogs? Current(ref LimitState state, in Moment at)
    {
        if (state.Extra is WindowLogs logs)
        {
            logs.Sent.Expire(at.Now - Window - at.Guard);
            logs.Answered?.Expire(at.Now - Window);
            return logs;
        }

        if (state.Count != 0 && LoneExpiry(state, at) <= at.Now)
        {
            state = default;
        }

        return null;
    }

    /// <summary>Moves the lone charge into logs, where it has the same number.</summary>
    private WindowLogs LogsOf(ref LimitState state)
    {
        var logs = new WindowLogs();
        if (state.Count > 0)
        {
            logs.Sent.Add(state.Mark, state.Count, _spacing);
        }
        else if (state.Count < 0)
        {
            logs.Answered = new ChargeLog();
            logs.Answered.Add(state.Mark, -state.Count, _spacing);
        }

        state = new LimitState { Extra = logs };
        return logs;
    }

    /// <summary>Changes what a receipt stands for, if it still counts.</summary>
    private void Change(ref LimitState state, in Moment at, long receipt, long by)
    {
        if (Current(ref state, at) is { } logs)
        {
            logs.Change(receipt, by);
        }
        else if (state.Count != 0 && receipt == (state.Count > 0 ? state.Mark : ~state.Mark))
        {
            LogsOf(ref state).Change(receipt, by);
        }
    }
}
