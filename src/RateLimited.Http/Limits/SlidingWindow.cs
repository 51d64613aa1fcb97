namespace RateLimited.Http.Limits;

/// <summary>
/// A hard sliding window: in every interval as long as the window, at most the quota goes. <c>Extra</c> holds <see cref="WindowLogs"/> while anything counts.
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
        if (logs is null)
        {
            return at.Now;
        }

        // Saturating: a settlement may have brought the total anywhere.
        var excess = Saturating.Add(logs.Total, cost) - Quota;
        return excess <= 0 ? at.Now : logs.ExpiryOf(excess, Window, at.Guard);
    }

    /// <summary>The receipt is the number of the entry; its complement once the request was answered.</summary>
    public override long Charge(ref LimitState state, in Moment at, long cost)
    {
        var logs = Current(ref state, at);
        if (logs is null)
        {
            logs = new WindowLogs();
            state.Extra = logs;
        }

        // The guard keeps charges alive longer: spaced by 1/32 of it more, no more entries are alive than without.
        return logs.Sent.Add(at.Now, cost, _spacing + (at.Guard >> 5));
    }

    /// <summary>Giving back goes into the entry that was charged: that is exact, for it expires with it.</summary>
    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount) => Current(ref state, at)?.Change(receipt, -amount);

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount) => Current(ref state, at)?.Change(receipt, amount);

    public override long Answer(ref LimitState state, in Moment at, long receipt, long amount, long arrivedBy)
    {
        if (receipt < 0 || Current(ref state, at) is not { } logs || !logs.Sent.Change(receipt, -amount))
        {
            return receipt;
        }

        var answered = logs.Answered ??= new ChargeLog();
        return ~answered.Add(answered.Count > 0 ? Math.Max(arrivedBy, answered.Newest) : arrivedBy, amount, _spacing);
    }

    public override long Used(ref LimitState state, in Moment at) => Current(ref state, at)?.Total ?? 0;

    public override long FreshAt(in LimitState state, in Moment at) => state.Extra is WindowLogs logs ? logs.EmptyAt(Window, at.Guard) : 0;

    public override long Project(ref LimitState state, in Moment at, long amount)
    {
        var logs = Current(ref state, at);
        var used = logs?.Total ?? 0;
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
        var first = logs is not null && rest <= used ? logs.ExpiryOf(rest, Window, at.Guard) : Saturating.Add(at.Now, period);
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

    private WindowLogs? Current(ref LimitState state, in Moment at)
    {
        if (state.Extra is not WindowLogs logs)
        {
            return null;
        }

        logs.Sent.Expire(at.Now - Window - at.Guard);
        logs.Answered?.Expire(at.Now - Window);
        return logs;
    }
}
