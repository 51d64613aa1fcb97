using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>
/// Whether a shared store can be asked. One failure is enough to go on alone: a call has been made twice by then, and everybody waits for it. Then it is asked again, at growing distances, until it
/// answers. A state machine without clock, lock or dice: its owner hands all of them in.
/// </summary>
internal sealed class StoreHealth(SharedSettings settings)
{
    private const int MostDoublings = 16;

    private int _failures;

    /// <summary>Whether this process decides alone.</summary>
    public bool IsAlone { get; private set; }

    /// <summary>When the store is asked again.</summary>
    public long NextProbe { get; private set; }

    /// <summary>A call has failed. Returns whether that is news.</summary>
    /// <param name="now">The present.</param>
    /// <param name="draw">A number from 0 to 1: processes that lost the store together must not come back together.</param>
    public bool Failed(long now, double draw)
    {
        var isNews = !IsAlone;
        IsAlone = true;
        var distance = Math.Min(Saturating.Multiply(settings.FirstProbe, 1L << Math.Min(_failures, MostDoublings)), settings.LongestProbe);
        _failures++;

        // From three quarters to five quarters of it.
        NextProbe = Saturating.Add(now, (long)(distance * (0.75 + (Math.Clamp(draw, 0, 1) / 2))));
        return isNews;
    }

    /// <summary>A call was answered. Returns whether that is news.</summary>
    public bool Succeeded()
    {
        var isNews = IsAlone;
        (IsAlone, _failures, NextProbe) = (false, 0, 0);
        return isNews;
    }
}
