using RateLimited.Http.Limits;
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
/// of the bare length finds no more in each. Where a window may have begun with what was not seen here (others counted in the same window, or nothing was checked for a while), all that can be said is
/// that some way to cut them into windows exists.
/// </summary>
internal sealed class FirstUseOracle(LimitSpec spec, bool isInStep) : LimitOracle(spec)
{
    private bool _isInStep = isInStep;
    private long _began = long.MinValue / 2;
    private int _first;

    protected override long Remembered => long.MaxValue / 2;

    /// <summary>From now on windows may begin with what is not seen here.</summary>
    public override void LoseStep() => _isInStep = false;

    protected override void Check(Admission admission)
    {
        if (!_isInStep)
        {
            Require(CanBeCut(), admission, $"it cannot be cut into windows of at most {Spec.Quota}");
            return;
        }

        if (admission.At >= _began + Spec.Window)
        {
            (_began, _first) = (admission.At, Admissions.Count - 1);
        }

        var within = Admissions.Skip(_first).Sum(static each => each.Cost);
        Require(within <= Spec.Quota, admission, $"{within} went in the window that began at {_began} and at most {Spec.Quota} may");
    }

    /// <summary>Of each admission the earliest instant at which a window may begin that it is the first in, from those of the admissions before it.</summary>
    private bool CanBeCut()
    {
        var begins = new long[Admissions.Count];
        for (var next = 0; next < begins.Length; next++)
        {
            begins[next] = next == 0 ? long.MinValue / 2 : LimitRule.Never;
            var within = 0L;
            for (var first = next - 1; first >= 0 && (within += Admissions[first].Cost) <= Spec.Quota; first--)
            {
                var begin = Math.Max(begins[first] == LimitRule.Never ? LimitRule.Never : begins[first] + Spec.Window, Admissions[next - 1].At + 1);
                begins[next] = begin <= Admissions[next].At ? Math.Min(begins[next], begin) : begins[next];
            }
        }

        var last = 0L;
        for (var first = begins.Length - 1; first >= 0 && (last += Admissions[first].Cost) <= Spec.Quota; first--)
        {
            if (begins[first] != LimitRule.Never)
            {
                return true;
            }
        }

        return false;
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
