namespace RateLimited.Http.Limits;

/// <summary>What became of a request, as far as a limit can learn from it.</summary>
internal enum AnswerKind
{
    /// <summary>Nothing can be learned: it never left, or its caller gave it up.</summary>
    Ignored,

    /// <summary>The upstream did the work, or refused it for a reason that has nothing to do with how much is asked of it.</summary>
    Succeeded,

    /// <summary>The upstream said that a limit was exceeded.</summary>
    Throttled,

    /// <summary>The upstream failed, or did not answer.</summary>
    Faulted,
}

/// <summary>What a limit is told when a request it was charged for has been answered.</summary>
/// <param name="Kind">What became of it.</param>
/// <param name="SentAt">The instant it was charged at: how old the news is. What was sent before a change says nothing of what the change did.</param>
/// <param name="IsExplained">Whether the upstream also said which limit was exceeded and that limit was corrected by it: then nothing has to be guessed.</param>
/// <param name="IsUncharged">Whether the limit was never charged for it: it went before the limit was there, or past it.</param>
/// <param name="IsInvalid">Whether the upstream holds it against its sender, or may: of what was not answered nobody knows.</param>
internal readonly record struct AnswerOutcome(AnswerKind Kind, long SentAt, bool IsExplained = false, bool IsUncharged = false, bool IsInvalid = false);
