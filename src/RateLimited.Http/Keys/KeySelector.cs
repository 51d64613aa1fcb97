namespace RateLimited.Http.Keys;

/// <summary>What a key that has room says for itself.</summary>
/// <param name="Index">Its place in the list.</param>
/// <param name="Headroom">What is left of its quotas: of the one of which least is left, as a share.</param>
/// <param name="Weight">Its share.</param>
/// <param name="Uses">How often it was used.</param>
/// <param name="LastTurn">When it was used last, counted in uses of all keys; zero for never.</param>
/// <param name="Pass">How far it has got in the round by weight.</param>
/// <param name="Affinity">What its name comes to with that of the tenant, evenly from 0 to 1.</param>
internal readonly record struct KeyBid(int Index, double Headroom, int Weight, long Uses, long LastTurn, double Pass, double Affinity);

/// <summary>What a choice depends on besides the keys.</summary>
/// <param name="LastIndex">The place in the list of the key that was chosen last; -1 before the first.</param>
/// <param name="First">Chance, evenly from 0 to 1.</param>
/// <param name="Second">The same, drawn apart from it.</param>
/// <param name="HasTenant">Whether the request has a tenant.</param>
internal readonly record struct KeyDraw(int LastIndex, double First, double Second, bool HasTenant);

/// <summary>Chooses among keys that have room. Pure: chance and what is known of the keys are handed in.</summary>
internal static class KeySelector
{
    private const double Nearly = 1e-12;

    /// <summary>The position among the bids, of which there is one at least, in the order of the list.</summary>
    public static int Choose(KeySelection how, ReadOnlySpan<KeyBid> bids, in KeyDraw draw) => how switch
    {
        _ when bids.Length == 1 => 0,
        KeySelection.RoundRobin => NextAfter(bids, draw.LastIndex),
        KeySelection.LeastRecentlyUsed => Best(bids, static (a, b) => a.LastTurn < b.LastTurn),
        KeySelection.Weighted => Best(bids, static (a, b) => a.Pass < b.Pass),
        KeySelection.StickyByTenant when draw.HasTenant => Best(bids, static (a, b) => Attraction(a) > Attraction(b)),
        _ => BetterOfTwo(bids, draw),
    };

    /// <summary>
    /// Two are drawn and the better one is taken: nearly as even as the best of all, and many processes that know the same do not all fall upon one key (Mitzenmacher, 2001).
    /// </summary>
    private static int BetterOfTwo(ReadOnlySpan<KeyBid> bids, in KeyDraw draw)
    {
        var first = At(draw.First, bids.Length);
        var second = At(draw.Second, bids.Length - 1);
        second += second >= first ? 1 : 0;
        return IsBetter(bids[second], bids[first]) ? second : first;
    }

    private static bool IsBetter(in KeyBid one, in KeyBid other)
    {
        var difference = one.Headroom.CompareTo(other.Headroom);
        if (difference == 0)
        {
            difference = ((double)other.Uses / other.Weight).CompareTo((double)one.Uses / one.Weight);
        }

        return difference != 0 ? difference > 0 : one.LastTurn < other.LastTurn;
    }

    private static int NextAfter(ReadOnlySpan<KeyBid> bids, int lastIndex)
    {
        for (var i = 0; i < bids.Length; i++)
        {
            if (bids[i].Index > lastIndex)
            {
                return i;
            }
        }

        return 0;
    }

    private static int Best(ReadOnlySpan<KeyBid> bids, Func<KeyBid, KeyBid, bool> isBetter)
    {
        var best = 0;
        for (var i = 1; i < bids.Length; i++)
        {
            if (isBetter(bids[i], bids[best]))
            {
                best = i;
            }
        }

        return best;
    }

    /// <summary>Rendezvous by weight: who loses a key moves, and nobody else; each key draws tenants in proportion to its weight.</summary>
    private static double Attraction(in KeyBid bid) => -bid.Weight / Math.Log(Math.Clamp(bid.Affinity, Nearly, 1 - Nearly));

    private static int At(double chance, int count) => Math.Min((int)(Math.Clamp(chance, 0, 1) * count), count - 1);
}
