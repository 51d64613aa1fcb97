namespace RateLimited.Http.Signals.Classification;

/// <summary>What a response means, for whom, and until when.</summary>
/// <param name="Kind">What it means.</param>
/// <param name="Scope">Whom it concerns.</param>
internal readonly record struct Verdict(ResponseKind Kind, ResponseScope Scope)
{
    /// <summary>How long not to send, within the bounds; null when nobody says.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>Nobody asks for the wait: it is the least that the upstream's documentation says helps, and is doubled as long as it does not.</summary>
    public bool IsWaitGuessed { get; init; }

    /// <summary>How long until a quota returns that is used up, where that may be longer than any wait; null when nobody says.</summary>
    public TimeSpan? Returns { get; init; }

    /// <summary>The response's Retry-After is what it says it is. It is not on a success, where some send it always.</summary>
    public bool RetryAfterApplies { get; init; }

    /// <summary>Whether the upstream asks for the request to be sent again, or for it not to be; null when it says neither.</summary>
    public bool? ShouldRetry { get; init; }

    /// <summary>When a quota returns that is used up.</summary>
    public QuotaHorizon Horizon { get; init; }

    /// <summary>A refusal for having sent too much, of whatever kind.</summary>
    public bool IsRefusal => Kind is ResponseKind.Limited or ResponseKind.Exhausted;
}
