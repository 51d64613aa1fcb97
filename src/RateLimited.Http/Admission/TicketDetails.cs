using System.Runtime.CompilerServices;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission;

/// <summary>
/// What a ticket has that is more than a permit waited for: what was asked and charged, and what only few meet with in line. Kept beside it, since of those that wait there may be very
/// many.
/// </summary>
internal sealed class TicketDetails
{
    private static readonly int Own = ManagedSize.Object(
        Unsafe.SizeOf<AdmissionRequest>() + (7 * ManagedSize.Reference) + Unsafe.SizeOf<TicketSpan>() + (3 * sizeof(long)) + (3 * sizeof(int)) + (6 * sizeof(bool)));

    /// <summary>What was asked, where that is more than a priority.</summary>
    public AdmissionRequest Asked;

    /// <summary>What it takes of the limits that all share, where more was asked than a priority.</summary>
    public long Size;

    /// <summary>What it is charged, and of how many limits.</summary>
    public Charge[] Charges = [];

    public int ChargeCount;

    /// <summary>The instant it was charged at. Written under the store's gate.</summary>
    public long ChargedAt = AdmissionTicket.NotCharged;

    public bool HoldsConcurrency;
    public bool HoldsSettlement;
    public bool IsSettled;
    public bool IsHeard;
    public bool IsHeardWhole;

    /// <summary>The claim to a key; null where the service has none, or the request goes without.</summary>
    public KeyClaim? Key;

    // Kept for the next use: services without keys have none.
    private KeyClaim? _claim;

    /// <summary>Whether it gives up some time, its position among those who do so by the line's timeout, and its entry among the others.</summary>
    public bool HasDeadline;

    public uint InDue;
    public Deadline? Deadline;

    /// <summary>How often a limit of its own has held it up after it was its turn.</summary>
    public int Bounces;

    /// <summary>When it joined its present class; zero if that is the one it came to.</summary>
    public long RisenAt;

    /// <summary>The span of its time in line, and after that of its attempt.</summary>
    public TicketSpan Span;

    /// <summary>The partition for whose sake it was refused.</summary>
    public Partition? RefusedBy;

    /// <summary>What its caller is thrown, or told if it was refused and asked for permits.</summary>
    public Exception? Failure;

    /// <summary>The token that had been cancelled when it was to be watched.</summary>
    public CancellationToken CancelledBy;

    /// <summary>What it takes on the heap with all that nobody else holds.</summary>
    public long Bytes => Own + (Charges.Length == 0 ? 0 : ManagedSize.Array(Charges.Length, Unsafe.SizeOf<Charge>())) + (_claim?.Bytes ?? 0) + (Deadline is null ? 0 : Admission.Deadline.Bytes)
        + (Asked.Costs is { Count: > 0 and var costs } ? ManagedSize.Array(costs, Unsafe.SizeOf<UnitCost>()) : 0);

    /// <summary>Readies what is set as a request is resolved.</summary>
    public void Begin()
    {
        (HoldsConcurrency, HoldsSettlement, IsSettled, IsHeard, IsHeardWhole) = (false, false, false, false, false);
        (ChargeCount, ChargedAt) = (0, AdmissionTicket.NotCharged);
    }

    /// <summary>Claims a key of those that a service has, by what is wished.</summary>
    public void Claim(KeySets? keys, KeyWish? wish)
    {
        if (keys is null || ReferenceEquals(wish, KeyWish.Keyless))
        {
            Key = null;
            return;
        }

        Key = _claim ??= new KeyClaim();
        Key.Begin(keys, wish);
    }

    /// <summary>Lets go of all that the next use does not overwrite.</summary>
    public void Clear()
    {
        if (!Asked.IsPlain)
        {
            Asked = default;
        }

        (Bounces, RisenAt, Span) = (0, 0, default);
        (RefusedBy, Failure, CancelledBy) = (null, null, default);
    }

    /// <summary>Takes over what was charged already, of limits of which none is held until the work ends.</summary>
    public void Take(Charge[] charged, int most)
    {
        MakeRoom(most);
        charged.CopyTo(Charges, 0);
        ChargeCount = charged.Length;
        foreach (ref readonly var charge in charged.AsSpan())
        {
            HoldsSettlement |= charge.Partition.Limit.CostOfOne == 0;
        }
    }

    /// <summary>Adds what is charged of one limit, of at most so many.</summary>
    public void Add(BoundLimit limit, Partition partition, long cost, int most)
    {
        MakeRoom(most);
        ref var charge = ref Charges[ChargeCount++];
        (charge.Partition, charge.Cost, charge.Receipt, charge.Actual) = (partition, cost, 0, Charge.Unsettled);
        HoldsConcurrency |= limit.IsReleased;
        HoldsSettlement |= limit.CostOfOne == 0;
    }

    private void MakeRoom(int most)
    {
        if (Charges.Length < most)
        {
            Array.Resize(ref Charges, most);
        }
    }
}
