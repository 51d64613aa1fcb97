namespace RateLimited.Http.Resilience;

/// <summary>What is wrong with the outcome of an attempt. The names are tags of metrics.</summary>
internal enum FailureKind
{
    /// <summary>Nothing, or nothing that another attempt could change.</summary>
    None,

    /// <summary>The upstream refused for having got too much; it processed nothing.</summary>
    Limited,

    /// <summary>The upstream says that it has more to do than it can.</summary>
    Overloaded,

    /// <summary>The upstream failed.</summary>
    ServerFault,

    /// <summary>Another status that the service's options repeat.</summary>
    Status,

    /// <summary>Nothing was sent, or nothing was processed.</summary>
    NotSent,

    /// <summary>The connection broke after the request was sent.</summary>
    Broken,

    /// <summary>No response came in time.</summary>
    TimedOut,

    /// <summary>The circuit is open.</summary>
    CircuitOpen,
}

/// <summary>What an attempt says of the service's health.</summary>
internal enum CallResult
{
    /// <summary>It answered.</summary>
    Success,

    /// <summary>It did not, or said that it cannot.</summary>
    Failure,

    /// <summary>Nothing: the attempt was cancelled, or refused for its number and not for the service's state.</summary>
    Inconclusive,
}

/// <summary>The outcome of one attempt as far as it matters to whether it is repeated.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Result">What it says of the service.</param>
/// <param name="Wait">How long the upstream wants no request, in ticks; null where it does not say.</param>
internal readonly record struct AttemptReading(FailureKind Kind, CallResult Result, long? Wait = null)
{
    public static AttemptReading Fine => new(FailureKind.None, CallResult.Success);

    /// <summary>The upstream says, or it is certain, that the request was not processed: repeating it does nothing twice, whatever its method.</summary>
    public bool WasNotProcessed => Kind is FailureKind.Limited or FailureKind.NotSent || (Kind == FailureKind.Overloaded && Wait is not null);
}
