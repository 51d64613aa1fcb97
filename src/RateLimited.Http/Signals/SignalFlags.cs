namespace RateLimited.Http.Signals;

/// <summary>What a response says besides figures.</summary>
[Flags]
internal enum SignalFlags
{
    None = 0,

    /// <summary>The announced wait is longer than the longest we would wait: fail at once and say so, rather than sleep.</summary>
    RetryAfterExceedsBound = 1,

    /// <summary>The upstream asks for a retry.</summary>
    ShouldRetry = 2,

    /// <summary>The upstream asks for none.</summary>
    ShouldNotRetry = 4,

    /// <summary>The limit is about to be reached.</summary>
    NearLimit = 8,

    /// <summary>Quota is reduced as a penalty.</summary>
    Penalty = 16,

    /// <summary>The refusal concerns everything, not this endpoint.</summary>
    Global = 32,

    /// <summary>The refusal is of what others use too, and is not held against whom it is told.</summary>
    Shared = 64,
}
