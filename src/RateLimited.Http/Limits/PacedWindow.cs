namespace RateLimited.Http.Limits;

/// <summary>
/// A fixed window of which no more goes than the part of it that has passed, and a burst: at an instant at which the part x has passed, by time or by a <see cref="WeekShape"/>, burst + x × quota may have gone. That reaches the quota
/// before the window ends, so that all of it can be used. The state is the window's own: a pace that comes, changes or goes leaves what is used as it is.
/// </summary>
/// <remarks>
/// A window that begins at first use has not begun before: then there is no pace to keep, and whoever opens it goes whatever it costs.
/// </remarks>
internal class PacedWindow : LimitRule
{
    private readonly FixedWindow _window;

    /// <param name="window">The window.</param>
    /// <param name="burst">How much may go ahead of the pace: from one to the quota.</param>
    /// <param name="shape">How the quota is spread.</param>
    /// <param name="isByDemand">Whether it is to be spread by demand, as far as that is known.</param>
    public PacedWindow(FixedWindow window, long burst, WeekShape shape, bool isByDemand = false)
        : base(window.Quota, window.Window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        (_window, Burst, Shape, IsByDemand) = (window, burst, shape, isByDemand);
    }

    public long Burst { get; }

    public WeekShape Shape { get; }

    public bool IsByDemand { get; }

    public override LimitRule Counting => _window;

    public override bool IsDatedByAnswers => _window.IsDatedByAnswers;

    public override bool IsAnnounced => _window.IsAnnounced;

    public override bool OutlivesProcess => _window.OutlivesProcess;

    /// <summary>How many count the same window, each what it takes itself: the others are taken to have had as much.</summary>
    protected virtual int Counters => 1;

    /// <summary>The same limit with its quota spread by another shape.</summary>
    public PacedWindow By(WeekShape shape) => new(_window, Burst, shape, IsByDemand);

    public override long Earliest(ref LimitState state, in Moment at, long cost) => EarliestNotBefore(ref state, at, cost, at.Now);

    public override long EarliestNotBefore(ref LimitState state, in Moment at, long cost, long instant)
    {
        var first = _window.EarliestNotBefore(ref state, at, cost, instant);
        while (first != Never)
        {
            var opens = PaceOf(_window.SpanAt(state, at, first), cost, at);
            if (opens <= first)
            {
                break;
            }

            first = _window.EarliestNotBefore(ref state, at, cost, opens);
        }

        return first;
    }

    public override long Charge(ref LimitState state, in Moment at, long cost) => _window.Charge(ref state, at, cost);

    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount) => _window.GiveBack(ref state, at, receipt, amount);

    public override void NeverSent(ref LimitState state, in Moment at, long receipt) => _window.NeverSent(ref state, at, receipt);

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount) => _window.ChargeMore(ref state, at, receipt, amount);

    public override void Await(ref LimitState state, in Moment at, long amount, long longest) => _window.Await(ref state, at, amount, longest);

    public override long Heard(ref LimitState state, in Moment at, long receipt, long amount) => _window.Heard(ref state, at, receipt, amount);

    public override long Answer(ref LimitState state, in Moment at, long receipt, long amount, long arrivedBy) => _window.Answer(ref state, at, receipt, amount, arrivedBy);

    public override long Used(ref LimitState state, in Moment at) => _window.Used(ref state, at);

    public override long FreshAt(in LimitState state, in Moment at) => _window.FreshAt(state, at);

    public override void Announce(ref LimitState state, in Moment at, long resetAt) => _window.Announce(ref state, at, resetAt);

    /// <summary>A line takes what it can of each window, at that window's pace.</summary>
    public override long Project(ref LimitState state, in Moment at, long amount)
    {
        var first = _window.Project(ref state, at, amount);
        if (first == Never)
        {
            return Never;
        }

        var current = _window.SpanAt(state, at, at.Now) with { IsOpen = true };
        var room = Math.Max(Quota - current.Used, 0);
        if (amount <= room)
        {
            return Math.Max(first, PaceOf(current, amount, at));
        }

        var next = _window.SpanAt(state, at, current.End) with { IsOpen = true };
        var left = amount - room;
        room = Math.Max(Quota - next.Used, 0);
        return Math.Max(first, left <= room ? PaceOf(next, left, at) : PaceOf(_window.SpanAt(state, at, first) with { IsOpen = true, Used = 0 }, ((left - room - 1) % Quota) + 1, at));
    }

    public override void Adopt(ref LimitState state, LimitRule previous, in Moment at) => _window.Adopt(ref state, previous, at);

    public override void Form(ref LimitState state, StateForm form) => _window.Form(ref state, form);

    /// <summary>How much may go now.</summary>
    public long RoomAt(ref LimitState state, in Moment at)
    {
        _window.Used(ref state, at);
        var span = _window.SpanAt(state, at, at.Now);
        var before = Shape.At(span.Begin + at.WallOffset);
        var passed = (Shape.At(at.Now + at.WallOffset) - before) * Quota / (Shape.At(span.End + at.WallOffset) - before);
        var open = (long)Int128.Clamp(passed + Burst, 0, Quota) - Saturating.Multiply(span.Used, Counters);
        return Math.Clamp(open, 0, Math.Max(Quota - span.Used, 0));
    }

    /// <summary>The first instant of a window at which so much more of its quota may have gone; its end, where it has not so much.</summary>
    private long PaceOf(in WindowSpan span, long cost, in Moment at)
    {
        if (!span.IsOpen)
        {
            return span.Begin;
        }

        if (Saturating.Add(span.Used, cost) > Quota)
        {
            return span.End;
        }

        var amount = Math.Min(Saturating.Add(Saturating.Multiply(span.Used, Counters), cost), Quota);
        if (amount <= Burst)
        {
            return span.Begin;
        }

        var before = Shape.At(span.Begin + at.WallOffset);
        var whole = Shape.At(span.End + at.WallOffset) - before;
        var ahead = (((amount - Burst) * whole) + Quota - 1) / Quota;

        // A quota so large that a tick is worth several of it is whole with the last tick.
        return Math.Min(Shape.FirstAt(before + ahead) - at.WallOffset, span.End - 1);
    }
}
