namespace RateLimited.Http.Limits;

/// <summary>Where windows lie, for whoever spreads the quota over them.</summary>
internal sealed partial class FixedWindow
{
    /// <summary>The window that an instant lies in, the present or later. Anything that brings the state up to the present must have been asked before.</summary>
    public WindowSpan SpanAt(in LimitState state, in Moment at, long instant)
    {
        if (instant < state.Mark)
        {
            return new WindowSpan(BeginOf(state.Mark, at, Phase(state)), state.Mark, state.Count, IsOpen: true);
        }

        if (_grid is null)
        {
            return new WindowSpan(instant, Saturating.Add(instant, Padded(at)), Used: 0, IsOpen: false);
        }

        // What was sent late in the present window counts in the next, and in none after that.
        var phase = Phase(state);
        var end = End(state.Mark, at, phase);
        var used = Late(state);
        if (instant >= end)
        {
            (end, used) = (End(instant, at, phase), 0);
        }

        return new WindowSpan(Math.Min(BeginOf(end, at, phase), instant), end, used, IsOpen: true);
    }

    private long BeginOf(long end, in Moment at, long phase) => end - (_grid?.LengthBefore(end + at.WallOffset - phase) ?? Padded(at));
}
