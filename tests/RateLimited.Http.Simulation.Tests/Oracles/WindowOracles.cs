using RateLimited.Http.Simulation.Tests.Worlds;

namespace RateLimited.Http.Simulation.Tests.Oracles;

/// <summary>In every interval as long as the window, at most the quota: exact, whatever happens.</summary>
internal sealed class SlidingOracle(LimitSpec spec) : LimitOracle(spec)
{
    protected override void Check(Admission admission)
    {
        var within = Admissions.Where(each => each.At > admission.At - Spec.Window + Lateness || each == admission).Sum(static each => each.Cost);
        var most = Spec.Quota * Times(admission.At - Spec.Window);
        Require(within <= most, admission, $"{within} went within its window and at most {most} may");
    }
}

/// <summary>
/// Windows begin with the first request after the last one, and at most the quota goes in each. Where the process pads its windows they are longer, so that cutting the admissions into windows
/// of the bare length finds no more in each. Where a window may have begun with what was not seen here (others counted in the same window, or nothing was checked for a while), all that can be said is
/// that some way to cut them into windows exists.
/// </summary>
internal sealed class FirstUseOracle(LimitSpec spec, bool isInStep) : LimitOracle(spec)
{
    /// <summary>The windows that may be open, by the first admission in each and the earliest instant at which it can have begun.</summary>
    private List<(int First, long Began)> _open = [];
    private bool _isInStep = isInStep;

    protected override long Remembered => long.MaxValue / 2;

    /// <summary>A window in which nothing was sent has not begun.</summary>
    public override void NeverSent(Admission admission, long now)
    {
        base.NeverSent(admission, now);
        if (_isInStep && _open is [var (first, _)] && Admissions.Skip(first).All(static each => each.WasNeverSent))
        {
            _open = [];
        }
    }

    /// <summary>From now on windows may begin with what is not seen here.</summary>
    public override void LoseStep() => (_isInStep, _open) = (false, []);

    protected override void Check(Admission admission)
    {
        var next = Admissions.Count - 1;
        var began = _open.Count == 0 ? long.MinValue / 2 : _open.Select(static open => open.Began).Min() + Spec.Window;
        var open = _open.Where(open => Within(open.First) <= Spec.Quota && !(_isInStep && admission.At >= open.Began + Spec.Window)).ToList();
        if (began <= admission.At && admission.Cost <= Spec.Quota)
        {
            open.Add((next, _isInStep ? admission.At : _open.Count == 0 ? began : Math.Max(began, Admissions[next - 1].At + 1)));
        }

        if (open.Count > 0)
        {
            _open = open;
            return;
        }

        Require(holds: false, admission, $"{string.Join(" or ", _open.Select(open => $"{Within(open.First)} went in the window that began at {open.Began}"))} and at most {Spec.Quota} may");
    }

    private long Within(int first) => Admissions.Skip(first).Sum(static each => each.Cost);
}

/// <summary>
/// At most the quota in each window of the clock. Signals move windows, those that begin with use as well, and a wall clock that is off, drifts or jumps moves them anywhere, to where the process sees it once a second: then
/// all that can be said is how much goes in an interval as long as a window.
/// </summary>
/// <param name="spec">The limit.</param>
/// <param name="mostWindows">How many windows an interval as long as one may touch; one where they begin where the clock says.</param>
internal sealed class ClockOracle(LimitSpec spec, int mostWindows) : LimitOracle(spec)
{
    private long _highest = spec.Quota;

    protected override void Check(Admission admission)
    {
        if (mostWindows == 1)
        {
            var window = WindowOf(admission);
            var within = Admissions.Where(each => WindowOf(each) == window).Sum(static each => each.Cost);
            Require(within <= Spec.Quota, admission, $"{within} went in its window of the clock and at most {Spec.Quota} may");
            return;
        }

        _highest = Math.Max(_highest, Spec.Quota);
        var about = Admissions.Where(each => each.At > admission.At - Spec.Window + Lateness || each == admission).Sum(static each => each.Cost);
        var most = _highest * (mostWindows - 1 + Times(admission.At - Spec.Window));
        Require(about <= most, admission, $"{about} went within a window's length and at most {most} may, wherever windows begin");
    }

    private long WindowOf(Admission admission) => (admission.Wall - DateTime.UnixEpoch.Ticks) / Spec.Window;
}
