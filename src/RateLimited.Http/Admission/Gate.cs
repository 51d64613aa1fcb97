namespace RateLimited.Http.Admission;

/// <summary>
/// A lock for a few dozen nanoseconds of arithmetic. Not re-entrant. One interlocked operation when nobody holds it, half of what <see cref="SpinLock"/> takes.
/// </summary>
internal struct Gate
{
    /// <summary>
    /// How long to stay away after finding it held, in iterations; twice as long each time. Long enough for the holder's thread to go on for a while undisturbed: what costs is not the
    /// waiting but the cache line going back and forth.
    /// </summary>
    private const int ShortestStay = 8;

    private const int LongestStay = 256;

    private int _held;

    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _held, 1, 0) != 0)
        {
            EnterWhenFree();
        }
    }

    public void Exit() => Volatile.Write(ref _held, 0);

    private void EnterWhenFree()
    {
        var stay = ShortestStay;
        do
        {
            if (stay <= LongestStay)
            {
                Thread.SpinWait(stay);
                stay *= 2;
            }
            else
            {
                // Somebody holds it who does not run.
                Thread.Yield();
            }
        }
        while (Volatile.Read(ref _held) != 0 || Interlocked.CompareExchange(ref _held, 1, 0) != 0);
    }
}
