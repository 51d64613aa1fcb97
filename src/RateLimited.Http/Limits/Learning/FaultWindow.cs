namespace RateLimited.Http.Limits.Learning;

/// <summary>What went and what became of it in a window of time.</summary>
internal readonly record struct FaultCounts(long Sent, long Accepted, long Faulted)
{
    public static FaultCounts operator +(FaultCounts a, FaultCounts b) => new(a.Sent + b.Sent, a.Accepted + b.Accepted, a.Faulted + b.Faulted);

    public static FaultCounts operator -(FaultCounts a, FaultCounts b) => new(a.Sent - b.Sent, a.Accepted - b.Accepted, a.Faulted - b.Faulted);
}

/// <summary>Two minutes of an <see cref="AdaptiveThrottle"/> in slots of five seconds, and the run of successes at their end.</summary>
/// <param name="now">The present instant.</param>
internal sealed class FaultWindow(long now) : ISized
{
    public const int Slots = 24;

    public static readonly long SlotTicks = TimeSpan.FromSeconds(5).Ticks;

    private static readonly int Counts = 3 * sizeof(long);
    private static readonly int Own = ManagedSize.Object(ManagedSize.Reference + Counts + (4 * sizeof(long)) + sizeof(bool));

    private readonly FaultCounts[] _slots = new FaultCounts[Slots];
    private FaultCounts _total;
    private long _slot = now / SlotTicks;
    private long _lastFault = -1;
    private long _run;

    public long Bytes => Own + ManagedSize.Array(Slots, Counts);

    /// <summary>Whether faults are so many that they count.</summary>
    public bool IsThrottling { get; set; }

    /// <summary>When the last probe went.</summary>
    public long ProbedAt { get; set; } = -AdaptiveThrottle.ProbeInterval;

    /// <summary>The instant from which on nothing is left of what is known now.</summary>
    public long EmptyAt => _total == default ? 0 : (_slot + Slots) * SlotTicks;

    /// <summary>What is in the window now.</summary>
    public FaultCounts At(long now)
    {
        Roll(now);
        return _total;
    }

    /// <summary>What will be in the window at an instant to come, if nothing more happens.</summary>
    public FaultCounts Until(long instant)
    {
        var left = _total;
        for (var slot = _slot + 1; slot <= instant / SlotTicks && slot <= _slot + Slots; slot++)
        {
            left -= _slots[slot % Slots];
        }

        return left;
    }

    /// <summary>The next instant at which something leaves the window.</summary>
    public static long NextTurn(long now) => ((now / SlotTicks) + 1) * SlotTicks;

    public long NextProbe(long now) => Math.Max(now, ProbedAt + AdaptiveThrottle.ProbeInterval);

    public void Sent(long now, long count) => Add(now, new FaultCounts(count, 0, 0));

    public void Accepted(long now, long count) => Add(now, new FaultCounts(0, count, 0));

    public void Faulted(long now)
    {
        Add(now, new FaultCounts(0, 0, 1));
        _lastFault = now;
        _run = 0;
    }

    /// <summary>Counts a success in the run, if it was sent after the last fault. Returns how long the run is.</summary>
    public long Run(long sentAt) => sentAt > _lastFault ? ++_run : _run;

    /// <summary>Takes out what was sent at an instant, if it still counts.</summary>
    public void Unsent(long now, long sentAt)
    {
        Roll(now);
        var slot = Math.Min(sentAt / SlotTicks, _slot);
        if (slot > _slot - Slots && _slots[slot % Slots].Sent > 0)
        {
            _slots[slot % Slots] -= new FaultCounts(1, 0, 0);
            _total -= new FaultCounts(1, 0, 0);
        }
    }

    /// <summary>Spreads what went before anybody counted over the window.</summary>
    public void Begin(long now, long accepted)
    {
        Roll(now);
        for (var slot = 0; slot < Slots; slot++)
        {
            var share = (accepted / Slots) + (slot < accepted % Slots ? 1 : 0);
            _slots[slot] += new FaultCounts(share, share, 0);
            _total += new FaultCounts(share, share, 0);
        }
    }

    /// <summary>Begins anew.</summary>
    public void Restart(long now, in FaultCounts counts)
    {
        Array.Clear(_slots);
        (_total, _run) = (default, 0);
        Add(now, counts);
    }

    private void Add(long now, FaultCounts counts)
    {
        Roll(now);
        _slots[_slot % Slots] += counts;
        _total += counts;
    }

    private void Roll(long now)
    {
        var slot = now / SlotTicks;
        for (var expired = 0; _slot < slot && expired < Slots; expired++)
        {
            _slot++;
            _total -= _slots[_slot % Slots];
            _slots[_slot % Slots] = default;
        }

        _slot = Math.Max(_slot, slot);
    }
}
