using RateLimited.Http.Resilience;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Pipeline;

/// <summary>A request on its way through the strategies, with what its handler knows how to do.</summary>
internal sealed class PipelineCall(ResilienceHandler handler, ServicePipeline pipeline, ResiliencePlan plan, HttpRequestMessage request) : ResilientCall(pipeline.Resilience, plan, request)
{
    private readonly ResiliencePlan _plan = plan;

    public override bool HasBody(HttpResponseMessage response) => _plan.Rule.Breaker is not null && WatchedContent.WatchOf(response) is not null;

    public override void FollowBody(HttpResponseMessage response, CircuitPass pass) => WatchedContent.WatchOf(response)?.Tell(new BodyReport(pipeline.Resilience, _plan.Rule, pass));

    protected override ValueTask<HttpResponseMessage> SendAsync(CancellationToken cancellationToken)
    {
        if (IsSynchronous)
        {
#pragma warning disable VSTHRD103 // The caller blocks.
            return ValueTask.FromResult(handler.InnerSend(Request, Deadline, cancellationToken));
#pragma warning restore VSTHRD103
        }

        return _plan.Rule.Fallback is { StaleFor: > 0 } ? SendAndKeepAsync(cancellationToken) : new ValueTask<HttpResponseMessage>(SendOnceAsync(cancellationToken));
    }

    protected override Verdict VerdictOf(HttpResponseMessage response) => handler.VerdictOf(Request, response);

    protected override bool IsLocal(HttpResponseMessage? response) => response is LocalResponse;

    protected override void Forget() => ResponseVerdicts.Forget(Request);

    protected override async ValueTask<HttpResponseMessage?> StandInAsync(FallbackRule rule, FallbackCause cause, CancellationToken cancellationToken)
    {
        if (rule.Client is { } name && MayBeSentElsewhere(cause))
        {
            try
            {
                if (await AskClientAsync(name, cancellationToken).ConfigureAwait(false) is { } response)
                {
                    return response;
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // It is no better off. The next in line may be.
            }
        }

        if (rule.StaleFor > 0 && pipeline.Stale.Find(Request, TimeSpan.FromTicks(rule.StaleFor)) is { } stale)
        {
            return stale;
        }

        // It may wait for anything, and nothing here blocks on that.
        return rule.Respond is { } respond && !IsSynchronous ? await respond(Request, cause, cancellationToken).ConfigureAwait(false) : null;
    }

    /// <summary>Another service would do a second time what this one may have done.</summary>
    private bool MayBeSentElsewhere(FallbackCause cause) =>
        Replay == ContentReplay.Replayable
        && !FallbackClient.IsFallback(Request)
        && (cause != FallbackCause.Failed || Reading.WasNotProcessed || IsIdempotent || _plan.Rule.Retry is { UnsafeMethods: true });

    private async ValueTask<HttpResponseMessage?> AskClientAsync(string name, CancellationToken cancellationToken)
    {
        if (pipeline.Clients?.Invoke(name) is not { } client)
        {
            return null;
        }

        var response = IsSynchronous
#pragma warning disable VSTHRD103, CA1849 // The caller blocks.
            ? client.Send(FallbackClient.RequestFor(Request, client.BaseAddress), HttpCompletionOption.ResponseHeadersRead, cancellationToken)
#pragma warning restore VSTHRD103, CA1849
            : await client.SendAsync(FallbackClient.RequestFor(Request, client.BaseAddress), HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if ((int)response.StatusCode is >= 500 or 429 or 408)
        {
            response.Dispose();
            return null;
        }

        if (WatchedContent.MayHaveBody(Request, response))
        {
            // Whoever stands in has what is left of this call's time, whatever it gives itself.
            response.Content = new WatchedContent(response.Content, new BodyWatch(pipeline.Limiter, response.Content, pipeline.Settings.Patience) { CallEndsAt = Deadline });
        }

        return response;
    }

    private Task<HttpResponseMessage> SendOnceAsync(CancellationToken cancellationToken) => _plan.Rule.Hedging is { } hedging && HedgedSend.IsFor(Request)
        ? new HedgedSend(pipeline, hedging, (attempt, token) => handler.InnerSendAsync(attempt, Deadline, token)).SendAsync(Request, cancellationToken)
        : handler.InnerSendAsync(Request, Deadline, cancellationToken);

    private async ValueTask<HttpResponseMessage> SendAndKeepAsync(CancellationToken cancellationToken)
    {
        var response = await SendOnceAsync(cancellationToken).ConfigureAwait(false);
        if (!StaleResponses.CanKeep(Request, response))
        {
            return response;
        }

        try
        {
            await pipeline.Stale.KeepAsync(Request, response, cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch
        {
            // The body broke before the caller saw anything of it: an attempt that failed.
            response.Dispose();
            throw;
        }
    }
}
