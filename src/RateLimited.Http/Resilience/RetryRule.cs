using System.Collections.Frozen;

namespace RateLimited.Http.Resilience;

/// <summary>Which attempts are repeated, how often and after which pause. Immutable; times in ticks.</summary>
internal sealed record RetryRule
{
    public static readonly FrozenSet<int> UsualStatuses = new[] { 408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529 }.ToFrozenSet();

    public static readonly FrozenSet<SendFailure> AllFailures = Enum.GetValues<SendFailure>().ToFrozenSet();

    public int MaxRetries { get; init; } = 2;

    public RetryBackoff Backoff { get; init; }

    public long BaseDelay { get; init; } = TimeSpan.TicksPerSecond / 2;

    /// <summary>The longest pause, and the longest wait of an upstream that is waited for.</summary>
    public long MaxDelay { get; init; } = 30 * TimeSpan.TicksPerSecond;

    public FrozenSet<int> Statuses { get; init; } = UsualStatuses;

    public FrozenSet<SendFailure> Failures { get; init; } = AllFailures;

    /// <summary>Whether requests are repeated whose method is neither safe nor idempotent and that carry no Idempotency-Key.</summary>
    public bool UnsafeMethods { get; init; }

    public long MaxReplayBuffer { get; init; } = 1_048_576;

    public long BudgetPercent { get; init; } = 10;

    public long BudgetFloor { get; init; } = 10;

    /// <summary>Everything that decides but for the budget, which is asked last because asking takes from it.</summary>
    /// <param name="reading">The outcome.</param>
    /// <param name="attempt">The attempt's number, from zero.</param>
    /// <param name="replay">Whether its content can be sent again.</param>
    /// <param name="isIdempotent">Whether doing twice what it asks does no harm.</param>
    public RetryDecision Decide(AttemptReading reading, int attempt, ContentReplay replay, bool isIdempotent)
    {
        if (reading.Kind is FailureKind.None or FailureKind.CircuitOpen || (Failure(reading.Kind) is { } failure && !Failures.Contains(failure)))
        {
            return RetryDecision.NotAsked;
        }

        if (attempt >= MaxRetries)
        {
            return RetryDecision.LastAttempt;
        }

        if (replay != ContentReplay.Replayable)
        {
            return RetryDecision.NotReplayable;
        }

        if (!reading.WasNotProcessed && !isIdempotent && !UnsafeMethods)
        {
            return RetryDecision.NotIdempotent;
        }

        return reading.Wait > MaxDelay ? RetryDecision.WaitTooLong : RetryDecision.Repeat;
    }

    private static SendFailure? Failure(FailureKind kind) => kind switch
    {
        FailureKind.NotSent => SendFailure.NotSent,
        FailureKind.Broken => SendFailure.Broken,
        FailureKind.TimedOut => SendFailure.TimedOut,
        _ => null,
    };
}

/// <summary>Whether an attempt is repeated, and if not, why. The names are tags of metrics.</summary>
internal enum RetryDecision
{
    Repeat,

    /// <summary>Its outcome is none that is repeated.</summary>
    NotAsked,

    /// <summary>It was repeated as often as may be.</summary>
    LastAttempt,

    /// <summary>Its content can be sent only once.</summary>
    NotReplayable,

    /// <summary>It may have been processed, and processing it twice may do harm.</summary>
    NotIdempotent,

    /// <summary>The wait is longer than the longest pause, or than what is left of the total time.</summary>
    WaitTooLong,

    /// <summary>The service's retries are used up for now.</summary>
    BudgetSpent,
}

/// <summary>Whether a request's content can be sent more than once; decided before it is sent first.</summary>
internal enum ContentReplay
{
    /// <summary>There is none, or it is the same each time it is sent.</summary>
    Replayable,

    /// <summary>It is, once it is read into memory, and small enough for that.</summary>
    AfterBuffering,

    /// <summary>A stream that cannot go back to where it began.</summary>
    Once,

    /// <summary>Its length is not known, or beyond what may be read into memory.</summary>
    TooLarge,
}
