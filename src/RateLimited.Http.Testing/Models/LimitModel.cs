namespace RateLimited.Http.Testing.Models;

/// <summary>
/// One limit of an upstream for one key, enforced to the letter, with books about it. No clock and no lock of its own: moments are handed in, in the order of their time, so that a test
/// can replay any history. Not thread-safe. It shares no arithmetic with the library it is the judge of.
/// </summary>
public abstract class LimitModel
{
    private readonly List<Charge> _admitted = [];

    /// <summary>A limit of so much.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="quota"/> is less than 1.</exception>
    private protected LimitModel(long quota)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quota, 1);
        Quota = quota;
    }

    /// <summary>How much the limit allows: of a window, of a full bucket, at once.</summary>
    public long Quota { get; }

    /// <summary>When the first request came, admitted or not. The measured time begins here, so that the client's start-up is nobody's loss.</summary>
    public ArrivalTime? FirstArrival { get; private set; }

    /// <summary>How many requests this limit refused.</summary>
    public long Refused { get; private set; }

    /// <summary>What was admitted, in the order of time.</summary>
    private protected IReadOnlyList<Charge> Admitted => _admitted;

    /// <summary>A request arrives that asks for so much: takes it, or counts a refusal and leaves everything else as it was.</summary>
    /// <returns>The charge to settle and to end by, or null for a refusal.</returns>
    public int? Arrive(ArrivalTime now, long amount = 1)
    {
        Meet(now);
        if (Fits(now, amount))
        {
            return Take(now, amount);
        }

        Refuse();
        return null;
    }

    /// <summary>Notes that somebody came. Who decides over several limits at once calls it first, then <see cref="Fits"/> of all, then <see cref="Take"/> or <see cref="Refuse"/>.</summary>
    public void Meet(ArrivalTime now) => FirstArrival ??= now;

    /// <summary>Whether so much may be taken at this moment. Changes nothing.</summary>
    public abstract bool Fits(ArrivalTime now, long amount);

    /// <summary>Takes so much, be it more than allowed: whether it fits has been asked before.</summary>
    /// <returns>The charge, to settle and to end it by.</returns>
    public int Take(ArrivalTime now, long amount)
    {
        Meet(now);
        _admitted.Add(new Charge(now.Monotonic, amount));
        Count(now, amount, _admitted.Count - 1);
        return _admitted.Count - 1;
    }

    /// <summary>Counts a refusal.</summary>
    public void Refuse() => Refused++;

    /// <summary>Counts a refused request against the quota as if it had been admitted, as some upstreams do. The books of what was admitted stay as they are.</summary>
    public void CountRefused(ArrivalTime now, long amount) => Count(now, amount, charge: null);

    /// <summary>The truth about an estimate: the charge was really so much.</summary>
    public void Settle(ArrivalTime now, int charge, long actual)
    {
        var was = _admitted[charge];
        _admitted[charge] = was with { Amount = actual };
        Correct(now, charge, was.At, actual - was.Amount);
    }

    /// <summary>The work of an admitted request has ended.</summary>
    public virtual void End(ArrivalTime now, int charge)
    {
    }

    /// <summary>What a refusal at this moment says: until so much fits, if nobody else comes. For an amount that never fits: a window.</summary>
    public abstract TimeSpan WaitFor(ArrivalTime now, long amount);

    /// <summary>What the headers are written from.</summary>
    public abstract LimitReading Read(ArrivalTime now);

    /// <summary>The books, if the measured time ended now.</summary>
    public abstract LimitReport Report(ArrivalTime end);

    /// <summary>Counts an amount towards what later requests have left. <paramref name="charge"/> is null for a refused request.</summary>
    private protected abstract void Count(ArrivalTime now, long amount, int? charge);

    /// <summary>Adds a difference, mostly negative, to what a charge counts.</summary>
    private protected abstract void Correct(ArrivalTime now, int charge, TimeSpan at, long difference);

    private protected static TimeSpan Checked(TimeSpan window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(window, TimeSpan.Zero);
        return window;
    }
}
