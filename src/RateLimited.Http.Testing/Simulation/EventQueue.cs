namespace RateLimited.Http.Testing.Simulation;

/// <summary>
/// What happens in virtual time, one thing after the other on one thread. Timers of the time are events like any others, each at its own instant, and come before what was asked for at
/// the same. Of two that were, the one that was asked for first comes first, unless the order is drawn.
/// </summary>
/// <param name="time">The time, which nothing else moves.</param>
/// <param name="draw">Draws the order of what is due at one instant; null for the order in which it was asked for.</param>
internal sealed class EventQueue(ManualTimeProvider time, Random? draw = null)
{
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private long _asked;

    /// <summary>The present instant, in ticks since the beginning.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>How many events are to come, but for timers.</summary>
    public int Count => _events.Count;

    /// <summary>Lets something happen at an instant, or now if that has passed.</summary>
    public void At(long instant, Action happen) => _events.Enqueue(happen, (Math.Max(instant, Now), draw?.NextInt64() ?? _asked++));

    /// <summary>Lets something happen in so many ticks.</summary>
    public void In(long ticks, Action happen) => At(Now + ticks, happen);

    /// <summary>Lets the next thing happen, if it is not later than an instant. Returns whether there was one.</summary>
    public bool TryStep(long until)
    {
        var timer = time.UntilNextTimer is { } wait ? Now + wait.Ticks : long.MaxValue;
        var isEvent = _events.TryPeek(out _, out var due) && due.At < timer;
        var next = isEvent ? due.At : timer;
        if (next > until || next == long.MaxValue)
        {
            return false;
        }

        if (isEvent)
        {
            var happen = _events.Dequeue();
            time.Advance(TimeSpan.FromTicks(due.At - Now));
            happen();
        }
        else
        {
            time.AdvanceToNextTimer();
        }

        return true;
    }

    /// <summary>Lets everything happen up to an instant, and moves the time there.</summary>
    public void RunUntil(long instant)
    {
        while (TryStep(instant))
        {
        }

        time.Advance(TimeSpan.FromTicks(Math.Max(instant - Now, 0)));
    }
}
