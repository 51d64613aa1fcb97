namespace RateLimited.Http.Limits;

/// <summary>
/// At most the quota in each window. <c>Mark</c> is the instant at which the current window ends, <c>Count</c> what went in it, and <c>Extra</c> what went so shortly before its end
/// that it may arrive in the next one.
/// </summary>
/// <remarks>
/// A clock-aligned window cannot be padded by the guard, since its end stands. What is sent in the last stretch before the end, as long as the guard, counts in both windows: whichever
/// it arrives in has room for it. A window that begins at first use is padded, as the upstream's began later than ours by the first request's way.
/// </remarks>
internal sealed class FixedWindow : LimitRule
{
    private readonly WindowAnchor _anchor;
    private readonly WindowGrid? _grid;

    /// <param name="quota">How much may go in each window.</param>
    /// <param name="window">The window in ticks.</param>
    /// <param name="anchor">Where windows begin.</param>
    /// <param name="zone">The zone whose midnight windows of whole days begin at; null for UTC.</param>
    public FixedWindow(long quota, long window, WindowAnchor anchor = WindowAnchor.Clock, TimeZoneInfo? zone = null)
        : base(quota, window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        _anchor = anchor;
        _grid = anchor == WindowAnchor.Clock ? new WindowGrid(window, zone) : null;
    }

    public override long Earliest(ref LimitState state, in Moment at, long cost)
    {
        if (cost > Quota)
        {
            return Never;
        }

        Roll(ref state, at);
        if (IsOver(state, at))
        {
            return at.Now;
        }

        var late = Late(state);
        if (cost <= Quota - state.Count && (!IsLate(state, at) || cost <= Quota - late))
        {
            return at.Now;
        }

        // What was sent late counts in the next window as well and may leave no room there.
        return cost <= Quota - late ? state.Mark : End(state.Mark, at);
    }

    public override long Charge(ref LimitState state, in Moment at, long cost)
    {
        Roll(ref state, at);
        if (IsOver(state, at))
        {
            state = new LimitState { Mark = Saturating.Add(at.Now, Saturating.Add(Window, at.Guard)) };
        }

        state.Count = Saturating.Add(state.Count, cost);
        if (!IsLate(state, at))
        {
            return state.Mark;
        }

        state.Extra = new LateCharges(Saturating.Add(Late(state), cost));
        return -state.Mark;
    }

    /// <summary>Giving back goes into the window that was charged, if it is still the current one. The receipt is its end, negative for what counts in two.</summary>
    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount)
    {
        Roll(ref state, at);
        if (Math.Abs(receipt) != state.Mark || IsOver(state, at))
        {
            return;
        }

        state.Count = Math.Max(state.Count - amount, 0);
        if (receipt < 0)
        {
            state.Extra = new LateCharges(Math.Max(Late(state) - amount, 0));
        }
    }

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount)
    {
        Roll(ref state, at);
        if (Math.Abs(receipt) != state.Mark || IsOver(state, at))
        {
            return;
        }

        state.Count = Saturating.Add(state.Count, amount);
        if (receipt < 0)
        {
            state.Extra = new LateCharges(Saturating.Add(Late(state), amount));
        }
    }

    public override bool IsDatedByAnswers => _grid is not null;

    /// <summary>What may have arrived after its window had ended counts in the current one too, if it does not yet.</summary>
    public override long Answer(ref LimitState state, in Moment at, long receipt, long amount, long arrivedBy)
    {
        Roll(ref state, at);
        if (_grid is null || receipt < 0 || receipt == state.Mark || arrivedBy < receipt || IsOver(state, at))
        {
            return receipt;
        }

        state.Count = Saturating.Add(state.Count, amount);
        return state.Mark;
    }

    public override long Used(ref LimitState state, in Moment at)
    {
        Roll(ref state, at);
        return IsOver(state, at) ? 0 : state.Count;
    }

    public override long FreshAt(in LimitState state, in Moment at) => Late(state) == 0 ? state.Mark : End(state.Mark, at);

    public override long Project(ref LimitState state, in Moment at, long amount)
    {
        Roll(ref state, at);
        var used = IsOver(state, at) ? 0 : state.Count;
        var excess = Saturating.Add(used, amount) - Quota;
        if (excess <= 0)
        {
            return Earliest(ref state, at, amount);
        }

        var first = IsOver(state, at) ? Saturating.Add(at.Now, Saturating.Add(Window, at.Guard)) : state.Mark;
        var windows = (Saturating.Add(excess, Late(state)) - 1) / Quota;
        return Saturating.Add(first, Saturating.Multiply(windows, Window));
    }

    public override bool AdmitsThroughout(in LimitState state, in Moment from, long to, long cost) =>
        to < state.Mark - from.Guard && cost <= Quota - state.Count;

    public override void Adopt(ref LimitState state, LimitRule previous, in Moment at)
    {
        if (previous is not FixedWindow same)
        {
            base.Adopt(ref state, previous, at);
            return;
        }

        if (same.Window == Window && same._anchor == _anchor)
        {
            return;
        }

        // What went in the old window counts in the first new one: a change of window must not begin a fresh quota.
        var used = same.Used(ref state, at);
        var late = Late(state);
        state = default;
        if (used > 0)
        {
            Charge(ref state, at, used);
            state.Extra = late > 0 ? new LateCharges(late) : state.Extra;
        }
    }

    public override void Announce(ref LimitState state, in Moment at, long resetAt)
    {
        if (_anchor == WindowAnchor.Announced)
        {
            Roll(ref state, at);
            state.Mark = Math.Clamp(resetAt, at.Now, Saturating.Add(at.Now, Saturating.Add(Window, at.Guard)));
        }
    }

    private static long Late(in LimitState state) => state.Extra is LateCharges late ? late.Amount : 0;

    private bool IsLate(in LimitState state, in Moment at) => _grid is not null && state.Mark - at.Now <= at.Guard;

    /// <summary>Whether no window is open: one that begins at first use has not begun. On a grid, rolling has opened one.</summary>
    private static bool IsOver(in LimitState state, in Moment at) => at.Now >= state.Mark;

    private long End(long begin, in Moment at) =>
        _grid is null ? Saturating.Add(begin, Saturating.Add(Window, at.Guard)) : _grid.NextAfter(begin + at.WallOffset) - at.WallOffset;

    private void Roll(ref LimitState state, in Moment at)
    {
        if (_grid is null || !IsOver(state, at))
        {
            return;
        }

        // Only the window right after the one that ended may see what was sent late in that.
        var late = Late(state);
        var carried = late > 0 && at.Now < End(state.Mark, at) ? late : 0;
        state = new LimitState { Mark = Math.Max(End(at.Now, at), at.Now + 1), Count = carried };
    }

    private sealed record LateCharges(long Amount);
}
