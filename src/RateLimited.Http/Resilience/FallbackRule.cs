using System.Collections.Frozen;

namespace RateLimited.Http.Resilience;

/// <summary>What a request gets for whose service nothing else could be done.</summary>
/// <param name="request">The request; it is not changed.</param>
/// <param name="cause">Why.</param>
/// <param name="cancellationToken">Ends with the caller's patience or the total time.</param>
/// <returns>A response, or null to leave it to the next in line.</returns>
internal delegate ValueTask<HttpResponseMessage?> FallbackStep(HttpRequestMessage request, FallbackCause cause, CancellationToken cancellationToken);

/// <summary>What stands in for responses of the service, and when. Immutable.</summary>
internal sealed record FallbackRule
{
    public static readonly FrozenSet<FallbackCause> AllCauses = Enum.GetValues<FallbackCause>().ToFrozenSet();

    public FrozenSet<FallbackCause> Causes { get; init; } = AllCauses;

    /// <summary>The name of another client that is asked instead; null for none.</summary>
    public string? Client { get; init; }

    /// <summary>For how long a response is kept to be given again, in ticks; zero for not at all.</summary>
    public long StaleFor { get; init; }

    /// <summary>The program's own; null for none.</summary>
    public FallbackStep? Respond { get; init; }

    /// <summary>Why the outcome of a request's last attempt wants something to stand in for it; null where it does not.</summary>
    public static FallbackCause? CauseOf(HttpResponseMessage? response, Exception? exception, AttemptReading reading, bool isLocal) => exception switch
    {
        CircuitOpenException => FallbackCause.CircuitOpen,
        RateLimitRejectedException => FallbackCause.Refused,
        not null => reading.Result == CallResult.Failure ? FallbackCause.Failed : null,
        _ when response is null => null,
        _ when isLocal => FallbackCause.Refused,
        _ => reading.Result switch
        {
            CallResult.Failure => FallbackCause.Failed,
            CallResult.Inconclusive => FallbackCause.Limited,
            _ => null,
        },
    };
}
