using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>
/// What requests of one plan find paid for already: a bundle of vouchers in each processor's slot. They are to the gate what blocks are to the shared store: taken ahead by whoever is there anyway, spent without going there, and given back
/// unspent.
/// </summary>
/// <remarks>
/// Whoever enters the gate takes all vouchers back first, but for newcomers who find what they need. So nothing that is decided, told, changed or counted under the gate has to know of vouchers: there are none then, and what they were charged is
/// held again, with the receipts and until the instants that it was held by before.
/// </remarks>
internal sealed class Vouchers
{
    /// <summary>More would hardly be faster: by then the gate is a hundredth of what a request costs.</summary>
    private const int MostInBundle = 64;

    /// <summary>A bundle is for a quarter as many as have gone alike since anything else happened: who settles, or asks for something else each time, gets none, and pays nothing for it.</summary>
    private const int FollowingPart = 4;

    /// <summary>All slots together hold at most this part of what is held: what is asked for, and when, stays what it is without vouchers.</summary>
    private const int HeldPart = 16;

    private readonly BoundService _service;
    private readonly VoucherBundle?[] _slots;
    private readonly Charge[] _last;
    private int _lastCount;
    private int _alike;

    private Vouchers(BoundService service, int slots, int mostCharges) => (_service, _slots, _last) = (service, new VoucherBundle?[slots], new Charge[mostCharges]);

    /// <summary>Vouchers for those who have these limits; null where they cannot have any: all must be granted ahead by the service's own store, for good, and none may depend on who asks.</summary>
    public static Vouchers? For(BoundService service, IReadOnlyList<BoundLimit> limits, KeySets? keys) =>
        service.Shared is { TakesAhead: true } shared && keys is null && limits.Count > 0 && limits.All(limit => IsGrantedBy(shared, limit)) ? new Vouchers(service, shared.Slots, limits.Count) : null;

    /// <summary>Where what was charged was granted by.</summary>
    public static SharedBalance BalanceOf(in Charge charge) => (SharedBalance)charge.Partition.State.Extra!;

    /// <summary>Takes a voucher. Returns the bundle that it was of, which says what was charged; null where there is none for what is asked for. Any thread.</summary>
    public VoucherBundle? TryTake(IReadOnlyList<UnitCost>? costs, MonotonicClock clock, out long now)
    {
        now = 0;
        return Volatile.Read(ref _slots[Mine]) is { } bundle && bundle.TryTake(costs, clock, out now) ? bundle : null;
    }

    /// <summary>A request was charged. Charges those ahead that are likely to follow it. Only under the gate, where nothing holds the service up.</summary>
    public void Follow(AdmissionTicket ticket, long now)
    {
        if (!IsAlike(ticket.Charges))
        {
            _alike = 1;
            return;
        }

        ref var slot = ref _slots[Mine];
        var costs = default(UnitCost[]);
        var isSame = slot is { } last && last.IsFor(ticket.Costs, out costs);
        if (slot?.TakeBack() is > 0 and var unspent)
        {
            // Who came could not use it, or came too late.
            (slot, _alike) = (null, 1);
            _service.Admitted.Value -= unspent;
            return;
        }

        _alike = Math.Min(_alike + 1, MostInBundle * FollowingPart);
        var count = CountFor(ticket.Charges, now);
        if (count == 0)
        {
            return;
        }

        _alike += count;
        _service.Admitted.Value += count;
        Volatile.Write(ref slot, new VoucherBundle(count, isSame ? costs : ticket.Costs?.ToArray(), ticket.Charges, now));
    }

    /// <summary>Takes all back. Only under the gate.</summary>
    public void TakeBack()
    {
        foreach (ref var slot in _slots.AsSpan())
        {
            _service.Admitted.Value -= slot?.TakeBack() ?? 0;
            slot = null;
        }

        _alike = 0;
    }

    private static bool IsGrantedBy(SharedService shared, BoundLimit limit) =>
        limit is { Only: not null, IsReleased: false } && limit.Rule is SharedRule { Inner: TokenBucket or SlidingWindow or FixedWindow } rule && ReferenceEquals(rule.Shared, shared);

    private int Mine => ProcessorSlots.Mine & (_slots.Length - 1);

    private int CountFor(ReadOnlySpan<Charge> charges, long now)
    {
        var count = (long)_alike / FollowingPart;
        foreach (ref readonly var charge in charges)
        {
            count = Math.Min(count, BalanceOf(charge).Lendable(now, charge.Cost, HeldPart * _slots.Length));
        }

        return (int)count;
    }

    /// <summary>Whether a request is charged what the last one was, and notes what it is.</summary>
    private bool IsAlike(ReadOnlySpan<Charge> charges)
    {
        var isAlike = charges.Length == _lastCount && _alike > 0;
        for (var i = 0; i < charges.Length; i++)
        {
            isAlike &= ReferenceEquals(charges[i].Partition, _last[i].Partition) && charges[i].Cost == _last[i].Cost;
            _last[i] = charges[i];
        }

        _lastCount = charges.Length;
        return isAlike && charges.Length > 0;
    }
}
