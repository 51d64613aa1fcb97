namespace RateLimited.Http.Pipeline;

/// <summary>What became of a body.</summary>
internal enum BodyOutcome
{
    /// <summary>It has not ended.</summary>
    None,

    /// <summary>It came to its end, or its reader had enough of it.</summary>
    Ended,

    /// <summary>Its reader gave it up, or could not take it: that says nothing of the upstream.</summary>
    GivenUp,

    /// <summary>It broke off.</summary>
    Broken,

    /// <summary>No more of it came.</summary>
    Stalled,

    /// <summary>It was not whole in time.</summary>
    TooLong,
}
