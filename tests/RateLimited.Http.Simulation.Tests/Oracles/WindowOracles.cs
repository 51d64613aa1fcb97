using RateLimited.Http.Simulation.Tests.Worlds;

namespace RateLimited.Http.Simulation.Tests.Oracles;

/// <summary>In every interval as long as the window, at most the quota: exact, whatever happens.</summary>
internal sealed class SlidingOracle(LimitSpec spec) : LimitOracle(spec)
{
    protected override void Check(Admission admission)
    {
        var within = Admissions.Where(each => each.At > admission.At - Spec.Window).Sum(static each => each.Cost);
        Require(within <= Spec.Quota, admission, $"{within} went within its window and at most {Spec.Quota} may");
    }
}

/// <summary>
/// Windows begin with the first request after the last one, and at most the quota goes in each. Where the process pads its windows they are longer, so that cutting the admissions into windows
/// of the bare length finds no more in each.
/// </summary>
internal sealed class FirstUseOracle(LimitSpec spec) : LimitOracle(spec)
{
    private long _began = long.MinValue / 2;
    private int _first;

    protected override long Remembered => long.MaxValue / 2;

    protected override void Check(Admission admission)
    {
        if (admission.At >= _began + Spec.Window)
        {
            (_began, _first) = (admission.At, Admissions.Count - 1);
        }

        var within = Admissions.Skip(_first).Sum(static each => each.Cost);
        Require(within <= Spec.Quota, admission, $"{within} went in the window that began at {_began} and at most {Spec.Quota} may");
    }
}

/// <summary>
/// At most the quota in each window of the clock. Signals move windows later, and a wall clock that is off, drifts or jumps moves them anywhere, to where the process sees it once a second: then
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
        var about = Admissions.Where(each => each.At > admission.At - Spec.Window).Sum(static each => each.Cost);
        Require(about <= _highest * mostWindows, admission, $"{about} went within a window's length and at most {_highest * mostWindows} may, wherever windows begin");
    }

    private long WindowOf(Admission admission) => (admission.Wall - DateTime.UnixEpoch.Ticks) / Spec.Window;
}
