namespace RateLimited.Http.Admission;

/// <summary>
/// A lock for a few dozen nanoseconds of arithmetic. Not re-entrant. One interlocked operation when nobody holds it, half of what <see cref="SpinLock"/> takes; the waiting is the library's.
/// </summary>
internal struct Gate
{
    /// <summary>Never sleeps for a millisecond: the holder is done long before.</summary>
    private const int NeverSleep = -1;

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
        var spin = default(SpinWait);
        do
        {
            spin.SpinOnce(NeverSleep);
        }
        while (Volatile.Read(ref _held) != 0 || Interlocked.CompareExchange(ref _held, 1, 0) != 0);
    }
}
