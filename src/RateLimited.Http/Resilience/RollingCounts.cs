namespace RateLimited.Http.Resilience;

/// <summary>What is counted of calls.</summary>
internal readonly record struct Counts(long Calls, long Failures, long Slow)
{
    public static Counts operator +(Counts left, Counts right) => new(left.Calls + right.Calls, left.Failures + right.Failures, left.Slow + right.Slow);

    public static Counts operator -(Counts left, Counts right) => new(left.Calls - right.Calls, left.Failures - right.Failures, left.Slow - right.Slow);
}

/// <summary>Counts over a window that rolls in ten steps. Time is handed in, in ticks of a clock that only goes forward. Not thread-safe.</summary>
internal sealed class RollingCounts
{
    /// <summary>In so many steps the window rolls: what is counted stays for nine to ten tenths of it.</summary>
    public const int Steps = 10;

    private readonly Counts[] _steps = new Counts[Steps];
    private readonly long _step;
    private long _current = long.MinValue;
    private long _currentEnds = long.MinValue;
    private Counts _total;

    /// <param name="window">The length of the window in ticks, above zero.</param>
    public RollingCounts(long window)
    {
        Window = window;
        _step = Math.Max(1, window / Steps);
    }

    public long Window { get; }

    public Counts Total(long now)
    {
        Roll(now);
        return _total;
    }

    public void Add(long now, Counts counts)
    {
        Roll(now);
        _steps[Index(_current)] += counts;
        _total += counts;
    }

    public void Clear()
    {
        Array.Clear(_steps);
        _total = default;
    }

    private static int Index(long step) => (int)(step % Steps);

    private void Roll(long now)
    {
        // Nearly always, and a division takes longer than all else here.
        if (now < _currentEnds)
        {
            return;
        }

        var current = Math.Max(0, now) / _step;

        if (_total != default)
        {
            for (var step = Math.Max(_current + 1, current - Steps + 1); step <= current; step++)
            {
                ref var old = ref _steps[Index(step)];
                _total -= old;
                old = default;
            }
        }

        _current = current;
        _currentEnds = (current + 1) * _step;
    }
}
