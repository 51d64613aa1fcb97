namespace RateLimited.Http.Testing.Models;

/// <summary>At most so many at once, from their arrival until their work has ended.</summary>
/// <param name="slots">How many.</param>
public sealed class ConcurrencyModel(long slots) : LimitModel(slots)
{
    // Nobody can know when a slot becomes free. A second is what such services say.
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    private readonly HashSet<int> _ended = [];
    private long _held;
    private long _mostHeld;
    private long _finished;
    private Int128 _heldTime;
    private TimeSpan _countedUntil;

    /// <summary>How much is held now.</summary>
    public long Held => _held;

    /// <inheritdoc/>
    public override bool Fits(ArrivalTime now, long amount) => amount <= Quota - _held;

    /// <inheritdoc/>
    public override TimeSpan WaitFor(ArrivalTime now, long amount) => Fits(now, amount) ? TimeSpan.Zero : Wait;

    /// <inheritdoc/>
    public override LimitReading Read(ArrivalTime now) => new(Quota, Quota - _held, TimeSpan.Zero, Quota, TimeSpan.Zero);

    /// <summary>Its slots are free. A second end of the same charge does nothing.</summary>
    public override void End(ArrivalTime now, int charge)
    {
        if (_ended.Add(charge))
        {
            CountHeldTime(now.Monotonic);
            _held -= Admitted[charge].Amount;
            _finished += Admitted[charge].Amount;
        }
    }

    /// <remarks>
    /// Utilisation is the time slots were held over the time there were slots, <c>H / (N · D)</c>, with D from the first arrival to the end. In calls: with a mean service time of H / ok per ended call,
    /// <c>theoretical = N · D / (H / ok)</c>, rounded up. Calls on their way when the time ends add their held time and no call, so neither edge is counted twice.
    /// </remarks>
    /// <inheritdoc/>
    public override LimitReport Report(ArrivalTime end)
    {
        var held = HeldTimeAt(end.Monotonic);
        if (FirstArrival is not { } first || _finished == 0 || held == 0)
        {
            return new LimitReport(0, 0, Refused, _mostHeld);
        }

        var slotTime = (Int128)Quota * (end.Monotonic - first.Monotonic).Ticks;
        return new LimitReport(_finished, Exact.Saturated(((_finished * slotTime) + held - 1) / held), Refused, _mostHeld);
    }

    /// <summary>A refused request holds nothing: it has no work to end.</summary>
    private protected override void Count(ArrivalTime now, long amount, int? charge)
    {
        if (charge is not null)
        {
            CountHeldTime(now.Monotonic);
            _held += amount;
            _mostHeld = Math.Max(_mostHeld, _held);
        }
    }

    private protected override void Correct(ArrivalTime now, int charge, TimeSpan at, long difference)
    {
        if (!_ended.Contains(charge))
        {
            CountHeldTime(now.Monotonic);
            _held += difference;
        }
    }

    private void CountHeldTime(TimeSpan now) => (_heldTime, _countedUntil) = (HeldTimeAt(now), now);

    private Int128 HeldTimeAt(TimeSpan now) => _heldTime + ((Int128)_held * (now - _countedUntil).Ticks);
}
