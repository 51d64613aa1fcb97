namespace RateLimited.Http.Resilience;

/// <summary>
/// How far other processes' circuits are believed, and who probes. Time is handed in, in ticks; nothing here waits, locks or calls out. Not thread-safe.
/// </summary>
/// <remarks>
/// Others are believed for the longest break at most, and then for as long not at all: whoever has trouble with its own network, or lies, holds this process no longer than its own circuit could. So too after a probe of its own
/// has succeeded while others had the circuit open. When a break is over one process of all probes: the first that asks. Where nobody answers, or is not believed, each process probes by itself.
/// </remarks>
internal sealed class FleetBreak
{
    private long _believesUntil;
    private long _doubtsUntil;
    private long? _askedAt;
    private bool _mayProbe;

    /// <summary>Others have the circuit open for so long. Returns until when this process has it open too; null where they are not believed.</summary>
    public long? Hear(long now, long duration, long longest)
    {
        Forget();
        if (IsInDoubt(now))
        {
            return null;
        }

        if (now >= _doubtsUntil)
        {
            (_believesUntil, _doubtsUntil) = (now + longest, now + (2 * longest));
        }

        return Math.Min(now + Math.Clamp(duration, 0, longest), _believesUntil);
    }

    /// <summary>What this process found out by its own requests: others are not believed against it for a while.</summary>
    public void Proved(long now, long longest)
    {
        Forget();
        if (now < _doubtsUntil)
        {
            (_believesUntil, _doubtsUntil) = (now, now + longest);
        }
    }

    /// <summary>The circuit has changed: who may probe is asked anew.</summary>
    public void Forget() => (_askedAt, _mayProbe) = (null, false);

    /// <summary>Whether a request that finds the break over may probe.</summary>
    /// <param name="now">The time.</param>
    /// <param name="patience">After how long without an answer nobody is waited for.</param>
    /// <param name="asks">Whether the others are to be asked now.</param>
    public bool MayProbe(long now, long patience, out bool asks)
    {
        asks = false;
        if (_mayProbe || IsInDoubt(now))
        {
            return true;
        }

        if (_askedAt is { } asked)
        {
            return now - asked >= patience;
        }

        (_askedAt, asks) = (now, true);
        return false;
    }

    /// <summary>The others have answered. Returns until when this process's circuit stays open; null where it may probe, or nobody asked.</summary>
    public long? Claimed(long now, bool isGranted, long duration, long longest)
    {
        if (_askedAt is null)
        {
            return null;
        }

        var until = isGranted ? null : Hear(now, duration, longest);
        (_askedAt, _mayProbe) = (null, until is null);
        return until;
    }

    private bool IsInDoubt(long now) => now >= _believesUntil && now < _doubtsUntil;
}
