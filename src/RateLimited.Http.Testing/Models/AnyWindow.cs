namespace RateLimited.Http.Testing.Models;

/// <summary>Counts afterwards what the models decide beforehand, so that the books do not lean on the decisions they check.</summary>
internal static class AnyWindow
{
    /// <summary>The most that was counted in any half-open interval as long as the window. The charges are in the order of their time.</summary>
    public static long Most(IReadOnlyList<Charge> charges, TimeSpan window)
    {
        var (most, within, oldest) = (0L, 0L, 0);
        foreach (var charge in charges)
        {
            while (charge.At - charges[oldest].At >= window)
            {
                within -= charges[oldest++].Amount;
            }

            within += charge.Amount;
            most = Math.Max(most, within);
        }

        return most;
    }

    /// <summary>When so much had been counted: the time of the charge that brought the total beyond <paramref name="total"/>.</summary>
    public static TimeSpan WhenBeyond(IReadOnlyList<Charge> charges, long total)
    {
        foreach (var charge in charges)
        {
            total -= charge.Amount;
            if (total < 0)
            {
                return charge.At;
            }
        }

        return charges[^1].At;
    }
}
