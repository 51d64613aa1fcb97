namespace RateLimited.Http.Limits;

/// <summary>
/// A hard sliding window: in every interval as long as the window, at most the quota goes. <c>Extra</c> holds a <see cref="ChargeLog"/> while anything counts.
/// </summary>
/// <remarks>
/// It counts like an exact log in constant memory: charges that lie close together expire together, with the last of them. That only ever delays, by at most 1/62 of the window, and
/// a saturated line loses nothing by it, since what expired together goes together again.
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

    public override long Earliest(ref LimitState state, in Moment at, long cost)
    {
        if (cost > Quota)
        {
            return Never;
        }

        var log = Current(ref state, at);
        if (log is null)
        {
            return at.Now;
        }

        // Saturating: a settlement may have brought the total anywhere.
        var excess = Saturating.Add(log.Total, cost) - Quota;
        return excess <= 0 ? at.Now : ExpiryOf(log, at, excess);
    }

    public override long Charge(ref LimitState state, in Moment at, long cost)
    {
        var log = Current(ref state, at);
        if (log is null)
        {
            log = new ChargeLog();
            state.Extra = log;
        }

        return log.Add(at.Now, cost, _spacing);
    }

    /// <summary>Giving back goes into the entry that was charged: that is exact, for it expires with it.</summary>
    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount) => Current(ref state, at)?.Change(receipt, -amount);

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount) => Current(ref state, at)?.Change(receipt, amount);

    public override long Used(ref LimitState state, in Moment at) => Current(ref state, at)?.Total ?? 0;

    public override long FreshAt(in LimitState state, in Moment at) => state.Extra is ChargeLog log ? Expiry(log.Newest, at) : 0;

    public override long Project(ref LimitState state, in Moment at, long amount)
    {
        var log = Current(ref state, at);
        var used = log?.Total ?? 0;
        var excess = Saturating.Add(used, amount) - Quota;
        if (excess <= 0)
        {
            return at.Now;
        }

        // What goes at an instant expires a window later: the present pattern repeats, quota by quota.
        var period = Saturating.Add(Window, at.Guard);
        var repeats = (excess - 1) / Quota;
        var rest = ((excess - 1) % Quota) + 1;
        var first = log is not null && rest <= used ? ExpiryOf(log, at, rest) : Saturating.Add(at.Now, period);
        return Saturating.Add(first, Saturating.Multiply(repeats, period));
    }

    public override void Adopt(ref LimitState state, LimitRule previous, in Moment at)
    {
        // The log holds instants, which a change of quota or window leaves true.
        if (previous is not SlidingWindow)
        {
            base.Adopt(ref state, previous, at);
        }
    }

    private long Expiry(long instant, in Moment at) => Saturating.Add(instant, Saturating.Add(Window, at.Guard));

    private ChargeLog? Current(ref LimitState state, in Moment at)
    {
        if (state.Extra is not ChargeLog log)
        {
            return null;
        }

        log.Expire(at.Now - Window - at.Guard);
        return log;
    }

    /// <summary>When so much of what counts now will have expired. At least so much counts now.</summary>
    private long ExpiryOf(ChargeLog log, in Moment at, long amount)
    {
        var expired = 0L;
        for (var i = 0; i < log.Count; i++)
        {
            var (instant, charged) = log[i];
            expired += charged;
            if (expired >= amount)
            {
                return Expiry(instant, at);
            }
        }

        return Never;
    }
}
