using RateLimited.Http.Limits.Learning;

namespace RateLimited.Http.Limits;

/// <summary>
/// Learns how many requests an upstream works on at once before they only wait there for each other, and lets no more be under way. At most what <see cref="VegasLimit"/> allows, and the
/// quota at the very most; one request may always go where none is under way, whatever it costs.
/// </summary>
/// <remarks><c>Count</c> is what is held and <c>Mark</c> the instant of the last release, as with <see cref="Concurrency"/>; <c>Extra</c> holds what was learned.</remarks>
internal sealed class AdaptiveConcurrency : LearningRule
{
    private readonly int _minimum;
    private readonly int _initial;
    private readonly int _processes;

    /// <param name="quota">The highest limit.</param>
    /// <param name="minimum">The lowest limit.</param>
    /// <param name="initial">The limit before anything was learned.</param>
    /// <param name="processes">Among how many processes that do not know of each other the limit is shared, each of which has as much under way.</param>
    public AdaptiveConcurrency(long quota, long minimum, long initial, int processes = 1)
        : base(Math.Min(quota, Most), window: 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minimum, 1);
        _minimum = (int)Math.Min(minimum, Quota);
        _initial = (int)Math.Clamp(initial, _minimum, Quota);
        _processes = processes;
    }

    /// <summary>No limit needs to be higher, and all arithmetic on it stays exact.</summary>
    private const long Most = 1_000_000;

    public override bool IsReleased => true;

    public override int Figures => 11;

    public override long Earliest(ref LimitState state, in Moment at, long cost) =>
        cost <= Quota && (state.Count == 0 || cost <= LimitOf(state) - state.Count) ? at.Now : Never;

    public override long Charge(ref LimitState state, in Moment at, long cost)
    {
        state.Count = Saturating.Add(state.Count, cost);
        VegasOf(ref state).Sent(Saturating.Multiply(state.Count, _processes));
        return 0;
    }

    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount)
    {
        state.Count = Math.Max(state.Count - amount, 0);
        state.Mark = at.Now;
    }

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount) => Charge(ref state, at, amount);

    public override bool Learn(ref LimitState state, in Moment at, in AnswerOutcome outcome) =>
        Learn(ref state, at, outcome, new FleetView(_processes, Saturating.Multiply(state.Count, _processes), PerSecond: 0, Latest: 0));

    public override AdaptiveConcurrency Among(int processes) => new(Quota, _minimum, _initial, processes);

    public override long Figure(in LimitState state) => Lesson.Figure(state.Extra is VegasLimit vegas ? vegas.Limit : _initial);

    public override Lesson Tell(in LimitState state) => (state.Extra as VegasLimit ?? new VegasLimit(_initial)).Tell();

    public override void Hear(ref LimitState state, long now, Lesson lesson) => VegasOf(ref state).Hear(now, lesson, Bounds(hearers: 1));

    public override long MostAtOnce(long figure) => Math.Max(figure / Lesson.PartsOfOne, 1);

    public override void Went(ref LimitState state, in Moment at, long cost, in FleetView fleet) => VegasOf(ref state).Sent(fleet.InFlight);

    public override bool Learn(ref LimitState state, in Moment at, in AnswerOutcome outcome, in FleetView fleet)
    {
        if (outcome.Kind == AnswerKind.Ignored || outcome.IsUncharged)
        {
            return false;
        }

        var vegas = VegasOf(ref state);
        var before = vegas.Limit;
        vegas.Answered(at.Now, outcome, fleet.InFlight, Bounds(fleet.Processes));
        return vegas.Limit > before;
    }

    public override long Used(ref LimitState state, in Moment at) => state.Count;

    public override long Present(ref LimitState state, in Moment at) => LimitOf(state);

    public override long FreshAt(in LimitState state, in Moment at) => state.Count > 0 ? Never
        : state.Extra is VegasLimit vegas ? Math.Max(state.Mark, Saturating.Add(vegas.HeardAt, AdaptiveRate.Memory))
        : state.Mark;

    public override long Project(ref LimitState state, in Moment at, long amount) => Earliest(ref state, at, amount);

    public override void Adopt(ref LimitState state, LimitRule previous, in Moment at)
    {
        // What is held is held whatever the limit; no rule that is not released knows what is held.
        state = previous.IsReleased ? state with { Extra = state.Extra as VegasLimit } : default;
        (state.Extra as VegasLimit)?.Bound(Bounds(hearers: 1));
    }

    public override bool OutlivesProcess => true;

    /// <summary>What is held ends with the process that holds it.</summary>
    public override void Form(ref LimitState state, StateForm form)
    {
        if (form.Has(state.Extra is VegasLimit))
        {
            VegasOf(ref state).Form(form);
        }
    }

    private VegasBounds Bounds(int hearers) => new(_minimum, (int)Quota, Math.Max(hearers, 1));

    private int LimitOf(in LimitState state) => Math.Max((state.Extra is VegasLimit vegas ? vegas.Limit : _initial) / _processes, 1);

    private VegasLimit VegasOf(ref LimitState state)
    {
        if (state.Extra is not VegasLimit vegas)
        {
            state.Extra = vegas = new VegasLimit(_initial);
        }

        return vegas;
    }
}
