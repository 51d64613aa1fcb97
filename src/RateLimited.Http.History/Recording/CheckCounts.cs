namespace RateLimited.Http.History.Recording;

/// <summary>What became of a service's requests since the program started, or between two moments. Immutable.</summary>
internal readonly record struct CheckCounts(long Admitted, long Waited, long Refused, long DryRun, long Bypassed, long Unexpected429)
{
    public static CheckCounts operator -(in CheckCounts now, in CheckCounts then) => new(
        now.Admitted - then.Admitted,
        now.Waited - then.Waited,
        now.Refused - then.Refused,
        now.DryRun - then.DryRun,
        now.Bypassed - then.Bypassed,
        now.Unexpected429 - then.Unexpected429);
}
