namespace Quickstart.Upstreams.Models;

/// <summary>At most so many calls at once, from their arrival until their work has ended.</summary>
internal sealed class ConcurrencyModel(int slots) : UpstreamModel
{
    private int _held;
    private int _mostHeld;
    private long _ended;
    private TimeSpan _heldTime;
    private TimeSpan _countedUntil;

    // Nobody can know when a slot becomes free. A second is what such services say.
    public override TimeSpan RetryAfter(ArrivalTime now) => TimeSpan.FromSeconds(1);

    public override void Depart(ArrivalTime now)
    {
        CountHeldTime(now.Monotonic);
        _held--;
        _ended++;
    }

    /// <remarks>
    /// Utilisation is the time slots were held over the time there were slots, <c>H / (N · D)</c>, with D from the first arrival to the end. In calls: with a mean service time of H / ok per ended call,
    /// <c>theoretical = N · D / (H / ok)</c>, rounded up. Calls on their way when the time ends add their held time and no call, so neither edge is counted twice.
    /// </remarks>
    public override UpstreamReport Report(ArrivalTime end)
    {
        var held = HeldTimeAt(end.Monotonic);
        if (FirstArrival is not { } first || _ended == 0 || held == TimeSpan.Zero)
            return new UpstreamReport(0, 0, Refused, _mostHeld);
        var slotTime = slots * (end.Monotonic - first.Monotonic);
        var theoretical = Exact.CeilingOf(_ended, slotTime.Ticks, held.Ticks);
        return new UpstreamReport(_ended, theoretical, Refused, _mostHeld);
    }

    protected override bool TryAdmit(ArrivalTime now)
    {
        if (_held >= slots)
            return false;
        CountHeldTime(now.Monotonic);
        _held++;
        _mostHeld = Math.Max(_mostHeld, _held);
        return true;
    }

    private void CountHeldTime(TimeSpan now)
    {
        _heldTime = HeldTimeAt(now);
        _countedUntil = now;
    }

    private TimeSpan HeldTimeAt(TimeSpan now) => _heldTime + _held * (now - _countedUntil);
}
