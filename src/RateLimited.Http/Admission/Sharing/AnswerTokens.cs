namespace RateLimited.Http.Admission.Sharing;

/// <summary>
/// Receipts that the store has yet to say: it counts a request anew once that was answered, and what is settled later is settled there. Bounded: of the requests answered longest ago the receipt is
/// forgotten, and what they cost less than was thought stays charged. Only under the gate.
/// </summary>
internal sealed class AnswerTokens
{
    /// <summary>Above every receipt of a store.</summary>
    private const long FirstToken = 1L << 60;

    private const int Most = 4096;

    private readonly Slot[] _slots = new Slot[Most];
    private long _next;

    /// <summary>What becomes of something that is settled against a receipt.</summary>
    public enum Fate
    {
        /// <summary>The receipt is the store's own.</summary>
        Plain,

        /// <summary>It was replaced by one of the store's.</summary>
        Known,

        /// <summary>The store has not said yet.</summary>
        Pending,

        /// <summary>It is not known any more.</summary>
        Forgotten,
    }

    public static bool IsToken(long receipt) => receipt is >= FirstToken and < SharedBalance.AloneReceipt;

    public long Add()
    {
        var number = _next++;
        _slots[number % Most] = new Slot { Number = number };
        return FirstToken + number;
    }

    /// <summary>Takes in the store's receipt. Returns what was settled meanwhile: more was charged, or less.</summary>
    public (long GiveBack, long ChargeMore) Know(long token, long receipt)
    {
        ref var slot = ref SlotOf(token, out var isThere);
        if (!isThere)
        {
            return default;
        }

        (slot.IsKnown, slot.Receipt) = (true, receipt);
        return (slot.GiveBack, slot.ChargeMore);
    }

    /// <summary>What becomes of a settlement, and the receipt it is made against.</summary>
    public Fate FateOf(long receipt, NoteKind kind, long amount, out long actual)
    {
        actual = receipt;
        if (!IsToken(receipt))
        {
            return Fate.Plain;
        }

        ref var slot = ref SlotOf(receipt, out var isThere);
        if (!isThere)
        {
            return Fate.Forgotten;
        }

        if (slot.IsKnown)
        {
            actual = slot.Receipt;
            return Fate.Known;
        }

        slot.GiveBack += kind == NoteKind.GiveBack ? amount : 0;
        slot.ChargeMore += kind == NoteKind.ChargeMore ? amount : 0;
        return Fate.Pending;
    }

    private ref Slot SlotOf(long token, out bool isThere)
    {
        var number = token - FirstToken;
        ref var slot = ref _slots[number % Most];
        isThere = slot.Number == number && number < _next;
        return ref slot;
    }

    private struct Slot
    {
        public long Number;
        public bool IsKnown;
        public long Receipt;
        public long GiveBack;
        public long ChargeMore;
    }
}
