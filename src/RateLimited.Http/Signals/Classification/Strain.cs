namespace RateLimited.Http.Signals.Classification;

/// <summary>What a response warns of without figures: how much is asked of the upstream for what there should be, in thousandths.</summary>
internal static class Strain
{
    /// <summary>How much of a limit may be in use. Entra begins to tell at eight tenths, and refuses at ten.</summary>
    private const int MostPermille = 900;

    private const int LeastPermille = 800;

    private const int Whole = 1_000;

    /// <summary>A limit is near and nobody says how near: a quarter fewer are no loss where that is so.</summary>
    private const int OfNearLimit = 1_250;

    /// <summary>Quota is reduced, and nobody says by how much.</summary>
    private const int OfPenalty = 2_000;

    /// <summary>Those who keep a distance are refused all the same: it is far too short.</summary>
    public const int OfRefusal = 2_000;

    /// <summary>The strain that a response tells of; null where it warns of nothing, or its figures say it better.</summary>
    public static int? Of(ref readonly UpstreamSignal signal)
    {
        if (signal.Has(SignalFlags.Penalty))
        {
            return OfPenalty;
        }

        if (signal.LoadPermille is { } load)
        {
            return load >= LeastPermille ? (int)Math.Min((long)load * Whole / MostPermille, OfPenalty) : null;
        }

        return signal.Has(SignalFlags.NearLimit) && !HasFigures(in signal) ? OfNearLimit : null;
    }

    private static bool HasFigures(ref readonly UpstreamSignal signal)
    {
        foreach (ref readonly var hint in UpstreamSignal.LimitsOf(in signal))
        {
            if (hint.Remaining is not null && (hint.ResetAfter is not null || hint.Window is not null || hint is { Refill: not null, RefillInterval: not null }))
            {
                return true;
            }
        }

        return false;
    }
}
