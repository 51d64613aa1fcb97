using RateLimited.Http.Limits;

namespace RateLimited.Http.Configuration;

/// <summary>Makes of the demand at each hour of the week the parts that a quota is spread by.</summary>
internal static class DemandShape
{
    /// <summary>
    /// The busiest hour weighs most, and an hour in which nothing is asked for a thousandth of that: somebody may come, and is not to wait for the next hour. Even where nothing is known.
    /// </summary>
    /// <param name="demand">The demand in each of the 168 hours; what is negative or no number counts as none.</param>
    public static WeekShape Of(IReadOnlyList<double>? demand)
    {
        var most = demand is { Count: WeekShape.Hours } ? demand.Where(double.IsFinite).DefaultIfEmpty().Max() : 0;
        return most > 0 ? new WeekShape([.. demand!.Select(each => double.IsFinite(each) ? Math.Clamp((int)Math.Round(each / most * WeekShape.Largest), 1, WeekShape.Largest) : 1)]) : WeekShape.Even;
    }
}
