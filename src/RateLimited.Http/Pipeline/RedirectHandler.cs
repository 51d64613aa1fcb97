using RateLimited.Http.Resilience;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// Follows redirects above admission, so that every hop is admitted and counted and no key reaches an origin that it does not belong to. What is not followed is handed over as it came.
/// Stateless; a request that is answered at once without a redirect passes without a state machine.
/// </summary>
internal sealed class RedirectHandler(ServicePipeline pipeline) : PipelineHandler
{
    internal override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CallTime time, CancellationToken cancellationToken)
    {
        var most = pipeline.Resilience.Plan.Rule.MaxRedirects;
        if (most == 0)
        {
            return NextAsync(request, time, cancellationToken);
        }

        // Asked before the content is sent: a stream that was read cannot tell any more where it began.
        var content = Replay(request, isBuffered: true);
        var sending = NextAsync(request, time, cancellationToken);
#pragma warning disable VSTHRD103, VSTHRD002 // It has completed.
        return sending.IsCompletedSuccessfully && !Redirect.Is(sending.Result.StatusCode) ? sending : FollowAsync(request, sending, content, most, time, cancellationToken);
#pragma warning restore VSTHRD103, VSTHRD002
    }

    internal override HttpResponseMessage Send(HttpRequestMessage request, CallTime time, CancellationToken cancellationToken)
    {
        var most = pipeline.Resilience.Plan.Rule.MaxRedirects;
        var content = most > 0 ? Replay(request, isBuffered: false) : null;
        var response = Next(request, time, cancellationToken);
        var current = request;
        for (var remaining = most; most > 0 && HopAfter(current, response, content, remaining) is { } next; remaining--)
        {
            response.Dispose();
            content = next.Content is null ? null : content;
            current = next;
            response = Next(current, time, cancellationToken);
        }

        KeepVerdict(request, current);
        return response;
    }

    /// <summary>What was noted of the answer to the last hop is noted of the request as a whole.</summary>
    private static void KeepVerdict(HttpRequestMessage request, HttpRequestMessage last)
    {
        if (!ReferenceEquals(request, last) && ResponseVerdicts.Of(last) is { Kind: not ResponseKind.Fine } verdict)
        {
            ResponseVerdicts.Keep(request, verdict);
        }
    }

    /// <summary>Whether the content can be sent again; null where there is none. What can be after buffering was buffered by the handler of retries, if that is on.</summary>
    private ContentReplay? Replay(HttpRequestMessage request, bool isBuffered)
    {
        if (request.Content is not { } content)
        {
            return null;
        }

        var buffer = isBuffered ? pipeline.Resilience.Plan.ReplayBuffer ?? 0 : 0;
        var replay = ContentReplays.Of(content, buffer);
        return replay == ContentReplay.AfterBuffering ? ContentReplay.Replayable : replay;
    }

    private async Task<HttpResponseMessage> FollowAsync(
        HttpRequestMessage request, Task<HttpResponseMessage> sending, ContentReplay? content, int most, CallTime time, CancellationToken cancellationToken)
    {
#pragma warning disable VSTHRD003 // It was started by our only caller.
        var response = await sending.ConfigureAwait(false);
#pragma warning restore VSTHRD003
        var current = request;
        for (var remaining = most; HopAfter(current, response, content, remaining) is { } next; remaining--)
        {
            response.Dispose();
            content = next.Content is null ? null : content;
            current = next;
            response = await NextAsync(current, time, cancellationToken).ConfigureAwait(false);
        }

        KeepVerdict(request, current);
        return response;
    }

    /// <summary>The request of the next hop; null where there is none.</summary>
    private HttpRequestMessage? HopAfter(HttpRequestMessage request, HttpResponseMessage response, ContentReplay? content, int remaining)
    {
        if (!Redirect.Is(response.StatusCode) || request.RequestUri is not { IsAbsoluteUri: true } from
            || Redirect.Decide(response.StatusCode, LocationOf(response), from, request.Method, content, remaining) is not { } redirect)
        {
            return null;
        }

        pipeline.Limiter.Telemetry.Resilience.Redirected((int)redirect.Decision);
        if (!redirect.IsFollowed)
        {
            return null;
        }

        var next = redirect.Decision == RedirectDecision.SameOrigin ? RequestCopy.Of(request) : RequestCopy.ForOtherOrigin(request);
        if (redirect.Decision == RedirectDecision.OtherOrigin && pipeline.Keys is not null)
        {
            CarriedKey.Forbid(next);
        }

        next.RequestUri = pipeline.Keys?.Clear(redirect.Target) ?? redirect.Target;
        next.Method = redirect.Method;
        next.Content = redirect.KeepsContent ? request.Content : null;
        return next;
    }

    private static Uri? LocationOf(HttpResponseMessage response)
    {
        try
        {
            return response.Headers.Location;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
