using System.Net;
using System.Reflection;

namespace RateLimited.Http.AI.Failures;

/// <summary>
/// What an exception says of a call, whichever client library wrapped it. Libraries are known by name and not by reference: whoever uses one brings it along. Total: any exception is read, none is thrown.
/// </summary>
internal static class UpstreamFailure
{
    /// <summary>Wrappers hold wrappers; none that is no mistake is deeper.</summary>
    private const int Deepest = 16;

    private static readonly PropertyInfo[] Statuses =
    [
        .. new[]
        {
            Type.GetType("System.ClientModel.ClientResultException, System.ClientModel", throwOnError: false)?.GetProperty("Status"),
            Type.GetType("Azure.RequestFailedException, Azure.Core", throwOnError: false)?.GetProperty("Status"),
            Type.GetType("Anthropic.Exceptions.AnthropicApiException, Anthropic", throwOnError: false)?.GetProperty("StatusCode"),
        }.OfType<PropertyInfo>(),
    ];

    /// <summary>The status of the response, or null where there was none.</summary>
    public static int? StatusOf(Exception failure) => Chain(failure).Select(OwnStatus).FirstOrDefault(static status => status is not null);

    /// <summary>Why something may stand in for the answer; null where the failure is the request's own. A refusal on this side says most, wherever it is wrapped; then a status; then that there was no answer.</summary>
    public static FallbackCause? CauseOf(Exception failure)
    {
        var chain = Chain(failure).ToArray();
        if (Array.Exists(chain, static each => each is RateLimitRejectedException))
        {
            return FallbackCause.Refused;
        }

        if (Array.Exists(chain, static each => each is CircuitOpenException))
        {
            return FallbackCause.CircuitOpen;
        }

        return StatusOf(failure) switch
        {
            // 402 is how some say that the money is spent, 529 that too many ask.
            402 or 429 or 529 => FallbackCause.Limited,
            408 or (>= 500 and not (501 or 505)) => FallbackCause.Failed,
            null when Array.Exists(chain, static each => each is HttpRequestException or TimeoutException) => FallbackCause.Failed,
            _ => null,
        };
    }

    /// <summary>Whether the same call may succeed if it is made again soon: not after a refusal on this side, which has said when.</summary>
    public static bool MayPass(Exception failure) => CauseOf(failure) is FallbackCause.Failed or FallbackCause.Limited && StatusOf(failure) is not 402;

    /// <summary>Whether the upstream refused the content, so that less of it may be accepted.</summary>
    public static bool IsOfContent(Exception failure) => StatusOf(failure) is 400 or 413 or 422;

    private static int? OwnStatus(Exception failure)
    {
        if (failure is HttpRequestException { StatusCode: { } code })
        {
            return (int)code;
        }

        foreach (var status in Statuses)
        {
            if (status.DeclaringType!.IsInstanceOfType(failure))
            {
                // Zero is how they say that there was no response.
                return status.GetValue(failure) switch { int number and not 0 => number, HttpStatusCode known => (int)known, _ => null };
            }
        }

        return null;
    }

    /// <summary>The failure and all that it wraps, outermost first.</summary>
    private static IEnumerable<Exception> Chain(Exception failure)
    {
        var next = new Queue<(Exception Failure, int Depth)>([(failure, 0)]);
        while (next.TryDequeue(out var each))
        {
            yield return each.Failure;
            if (each.Depth == Deepest)
            {
                continue;
            }

            foreach (var inner in each.Failure is AggregateException many ? many.InnerExceptions : each.Failure.InnerException is { } one ? [one] : [])
            {
                next.Enqueue((inner, each.Depth + 1));
            }
        }
    }
}
