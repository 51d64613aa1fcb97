using RateLimited.Http.Limits.Learning;

namespace RateLimited.Http.Limits;

/// <summary>
/// Learns at what rate an upstream that announces nothing can be asked, and keeps to it: a token bucket of one second's worth whose rate <see cref="CubicRate"/> moves. In every interval
/// L at most <c>(1 s + L) × rate</c> goes while the rate stands, one request at least.
/// </summary>
/// <remarks>
/// <c>Mark</c> is the instant at which the bucket will be full, in 1/256 ticks; <c>Extra</c> holds what was learned. A request dearer than the bucket goes when that is full, and
/// leaves a debt. Quota and window are the ceiling.
/// </remarks>
internal sealed class AdaptiveRate : LearningRule
{
    /// <summary>For how long what was learned is kept without news. Longer, and a limit that was raised meanwhile would be found late; shorter, and every pause would cost a burst of refusals.</summary>
    public static readonly long Memory = TimeSpan.FromMinutes(10).Ticks;

    private const int Shift = 8;
    private const long Farthest = long.MaxValue >> (Shift + 2);

    private static readonly long Second = TimeSpan.TicksPerSecond << Shift;

    private readonly double _ceiling;
    private readonly double _initial;
    private readonly long _initialQuota;
    private readonly int _processes;

    /// <param name="quota">How much may go per window at the very most.</param>
    /// <param name="window">The window in ticks.</param>
    /// <param name="initial">How much goes per window before anything was learned; at most the quota.</param>
    /// <param name="processes">Among how many processes that do not know of each other the rate is shared, each of which sends as much.</param>
    public AdaptiveRate(long quota, long window, long initial, int processes = 1)
        : base(quota, window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(initial, 1);
        _ceiling = PerSecond(quota);
        _initial = Math.Min(PerSecond(initial), _ceiling);
        (_initialQuota, _processes) = (initial, processes);
    }

    public override int Figures => 4;

    public override long Earliest(ref LimitState state, in Moment at, long cost) =>
        state.Extra is null ? at.Now : EarliestOf(state, at, Math.Min(TimeOf(state, cost), Depth(state)));

    public override long Charge(ref LimitState state, in Moment at, long cost)
    {
        var rate = RateOf(ref state, at.Now);
        rate.Sent(at.Now, cost, _processes);
        state.Mark = Math.Min(Saturating.Add(Math.Max(state.Mark, Scaled(at.Now)), TimeOf(state, cost)), Scaled(Saturating.Add(at.Now, Farthest / 4)));
        if (EarliestOf(state, at, Math.Min(TimeOf(state, cost), Depth(state))) > at.Now)
        {
            // Another like it would have to wait: demand has met the limit.
            rate.LimitedAt = at.Now;
        }

        return state.Mark;
    }

    /// <summary>Only debt that is still outstanding is given back: what time has repaid since must not be repaid twice.</summary>
    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount)
    {
        var due = Math.Min(receipt, state.Mark) - Scaled(at.Now);
        if (due > 0)
        {
            state.Mark -= Math.Min(TimeOf(state, amount), due);
        }
    }

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount) => Charge(ref state, at, amount);

    public override bool Learn(ref LimitState state, in Moment at, in AnswerOutcome outcome)
    {
        if (outcome.Kind is not (AnswerKind.Succeeded or AnswerKind.Throttled))
        {
            return false;
        }

        var rate = RateOf(ref state, at.Now);
        var before = Interval(state);
        Take(rate, at.Now, outcome);
        return Rescale(ref state, at.Now, before);
    }

    public override AdaptiveRate Among(int processes) => new(Quota, Window, _initialQuota, processes);

    public override long Figure(in LimitState state) => Lesson.Figure(state.Extra is CubicRate rate ? rate.PerSecond : _initial);

    public override Lesson Tell(in LimitState state) => (state.Extra as CubicRate ?? new CubicRate(_initial, now: 0)).Tell();

    public override void Hear(ref LimitState state, long now, Lesson lesson)
    {
        var rate = RateOf(ref state, now);
        var before = Interval(state);
        rate.Hear(now, lesson, _ceiling);
        Rescale(ref state, now, before);
    }

    /// <summary>One second's worth, one request at least.</summary>
    public override long MostAtOnce(long figure) => Math.Max(Saturating.DivideUp(figure, Lesson.PartsOfOne), 1);

    public override void Went(ref LimitState state, in Moment at, long cost, in FleetView fleet) => RateOf(ref state, at.Now).Costs(cost);

    public override void Met(ref LimitState state, long now) => RateOf(ref state, now).LimitedAt = now;

    public override bool Learn(ref LimitState state, in Moment at, in AnswerOutcome outcome, in FleetView fleet)
    {
        RateOf(ref state, at.Now).Measured(at.Now, fleet.PerSecond, fleet.Latest);
        return Learn(ref state, at, outcome);
    }

    private void Take(CubicRate rate, long now, in AnswerOutcome outcome)
    {
        if (outcome.Kind == AnswerKind.Succeeded)
        {
            rate.Succeeded(now, outcome.SentAt, _ceiling);
        }
        else
        {
            rate.Throttled(now, outcome, _ceiling);
        }
    }

    public override long Used(ref LimitState state, in Moment at) => state.Extra is null || Debt(state, at.Now) == 0 ? 0 : Saturating.DivideUp(Debt(state, at.Now), Interval(state));

    /// <summary>What may go at once: one second's worth, one request at least.</summary>
    public override long Present(ref LimitState state, in Moment at) => (long)Math.Ceiling(Math.Max(state.Extra is CubicRate rate ? rate.PerSecond : _initial, 1));

    public override long FreshAt(in LimitState state, in Moment at) =>
        state.Extra is CubicRate rate ? Math.Max(Saturating.DivideUp(state.Mark, 1 << Shift), Saturating.Add(rate.HeardAt, Memory)) : 0;

    public override long Project(ref LimitState state, in Moment at, long amount)
    {
        // What a bucket that was never used holds is known before there is a state.
        var copy = state;
        RateOf(ref copy, at.Now);
        return TimeOf(copy, amount) <= Depth(copy) ? Earliest(ref state, at, amount) : EarliestOf(copy, at, TimeOf(copy, amount));
    }

    public override void Adopt(ref LimitState state, LimitRule previous, in Moment at)
    {
        if (previous is not AdaptiveRate)
        {
            base.Adopt(ref state, previous, at);
        }
        else if (state.Extra is CubicRate rate)
        {
            var before = Interval(state);
            rate.Bound(_ceiling);
            Rescale(ref state, at.Now, before);
        }
    }

    public override bool OutlivesProcess => true;

    public override void Form(ref LimitState state, StateForm form)
    {
        form.Scaled(ref state.Mark, Shift);
        if (form.Has(state.Extra is CubicRate))
        {
            RateOf(ref state, now: 0).Form(form);
        }
    }

    private double PerSecond(long quota) => (double)quota * TimeSpan.TicksPerSecond / Window;

    private CubicRate RateOf(ref LimitState state, long now)
    {
        if (state.Extra is not CubicRate rate)
        {
            state.Extra = rate = new CubicRate(_initial, now);
        }

        return rate;
    }

    private static long Scaled(long ticks) => Math.Min(ticks, Farthest) << Shift;

    private static long Debt(in LimitState state, long now) => Math.Max(state.Mark - Scaled(now), 0);

    /// <summary>How long it takes for one to flow in.</summary>
    private long Interval(in LimitState state) => (long)Math.Clamp(Math.Ceiling(Second * (double)_processes / ((CubicRate)state.Extra!).PerSecond), 1, Farthest);

    private long Depth(in LimitState state) => Math.Max(Second, Interval(state));

    private long TimeOf(in LimitState state, long amount) => Saturating.Multiply(amount, Interval(state));

    private long EarliestOf(in LimitState state, in Moment at, long time)
    {
        // The guard makes the bucket shallower, but never so shallow that nothing fits.
        var depth = Math.Max(Depth(state) - Scaled(at.Guard), Math.Min(time, Depth(state)));
        var earliest = Saturating.Add(Math.Max(state.Mark, Scaled(at.Now)), time) - depth;
        return Math.Max(at.Now, Saturating.DivideUp(Math.Max(earliest, 0), 1 << Shift));
    }

    /// <summary>What was taken stays taken; only the time in which it flows back changes. Returns whether that is less.</summary>
    private bool Rescale(ref LimitState state, long now, long before)
    {
        var after = Interval(state);
        if (after == before)
        {
            return false;
        }

        var debt = Debt(state, now);
        if (debt > 0)
        {
            var scaled = UInt128.Min((UInt128)debt * (ulong)after / (ulong)before, (UInt128)(Scaled(Farthest) / 4));
            state.Mark = Saturating.Add(Scaled(now), (long)scaled);
        }

        return after < before;
    }
}
