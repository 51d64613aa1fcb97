using RateLimited.Http.Admission;
using RateLimited.Http.Keys;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// Holds every request until its service's limits admit it, and its lease until the response's body ends. Stateless: all state is the pipeline's. A request that is
/// admitted at once and answered at once passes without a state machine.
/// </summary>
internal sealed partial class RateLimitingHandler(ServicePipeline pipeline) : PipelineHandler
{
    private readonly ServiceLimiter _limiter = pipeline.Limiter;

    internal override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CallTime time, CancellationToken cancellationToken)
    {
        var settings = pipeline.Settings;
        if (pipeline.Keys is { IsInUse: true } keys)
        {
            return SendWithKeyAsync(keys, request, settings, time, cancellationToken);
        }

        if (!IsLimited(request, settings, out var asked))
        {
            return _limiter.Mode == RateLimitMode.Disabled ? NextAsync(request, time, cancellationToken) : PassAsync(request, settings, time, cancellationToken);
        }

        return settings.Costs is { } costs
            ? EstimateAndSendAsync(request, asked, costs, settings, time, cancellationToken)
            : AdmitAndSendAsync(request, asked, settings, time, cancellationToken);
    }

    private async Task<HttpResponseMessage> EstimateAndSendAsync(
        HttpRequestMessage request, AdmissionRequest asked, CostPlan costs, PipelineSettings settings, CallTime time, CancellationToken cancellationToken)
    {
        var estimating = CostEstimation.EstimateAsync(costs, request, asked, _limiter.Service, cancellationToken);
        if (!estimating.IsCompleted)
        {
            // It takes of the time that the request has.
            time.End?.Watch();
        }

        var estimated = await estimating.ConfigureAwait(false);
        return await AdmitAndSendAsync(request, estimated, settings, time, cancellationToken).ConfigureAwait(false);
    }

    private Task<HttpResponseMessage> AdmitAndSendAsync(
        HttpRequestMessage request, in AdmissionRequest asked, PipelineSettings settings, CallTime time, CancellationToken cancellationToken)
    {
        ValueTask<AdmissionTicket> admission;
        try
        {
            admission = _limiter.AdmitAsync(asked, time.Left(pipeline.Resilience), cancellationToken);
        }
        catch (OperationCanceledException canceled)
        {
            return Task.FromCanceled<HttpResponseMessage>(canceled.CancellationToken.IsCancellationRequested ? canceled.CancellationToken : new CancellationToken(canceled: true));
        }

#pragma warning disable VSTHRD103 // It has completed: waiting for it would only cost a state machine.
        if (!admission.IsCompletedSuccessfully)
        {
            return AdmitAndDispatchAsync(request, admission, settings, time, cancellationToken);
        }

        var ticket = admission.Result;
#pragma warning restore VSTHRD103
        if (time.End is { } end && ticket.ChargedAt != AdmissionTicket.NotCharged)
        {
            end.See(ticket.ChargedAt);
        }

        return DispatchAsync(request, ticket, settings, time, cancellationToken);
    }

    internal override HttpResponseMessage Send(HttpRequestMessage request, CallTime time, CancellationToken cancellationToken)
    {
        var settings = pipeline.Settings;
        if (pipeline.Keys is { IsInUse: true } keys)
        {
            return SendWithKey(keys, request, settings, time, cancellationToken);
        }

        if (!IsLimited(request, settings, out var asked))
        {
            return _limiter.Mode == RateLimitMode.Disabled ? Next(request, time, cancellationToken) : Pass(request, settings, time, cancellationToken);
        }

        if (settings.Costs is { } costs)
        {
            asked = CostEstimation.Estimate(costs, request, asked, _limiter.Service, cancellationToken);
        }

        AdmissionTicket ticket;
        try
        {
            ticket = _limiter.Admit(asked, time.Left(pipeline.Resilience), cancellationToken);
        }
        catch (RateLimitRejectedException rejection) when (settings.Rejection == RejectionBehavior.Response)
        {
            return rejection.ToResponse(request);
        }

        GiveBackIfCancelled(ticket, cancellationToken);
        return Dispatch(request, ticket, settings, time, cancellationToken);
    }

    private HttpResponseMessage Dispatch(HttpRequestMessage request, AdmissionTicket ticket, PipelineSettings settings, CallTime time, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        ticket.BeginAttempt(_limiter.Service);
        try
        {
            response = Next(request, time, cancellationToken);
        }
        catch (Exception exception)
        {
            End(ticket, exception);
            throw;
        }
        finally
        {
            ticket.LeaveAttempt();
        }

        var body = ResponseSignals.NeedsBody(request, response, settings) ? ResponseSignals.Peek(response, _limiter.Time, cancellationToken) : default;
        Hear(request, response, body.Span, ticket, settings, time);
        return response;
    }

    /// <summary>The upstream did not see the request: only then may quota be given back without breaking its limits.</summary>
    private static bool WasNeverSent(Exception exception) => exception switch
    {
        RateLimitRejectedException or KeyNotCarriedException => true,
        HttpRequestException failure => failure.HttpRequestError
            is HttpRequestError.NameResolutionError
            or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError
            or HttpRequestError.VersionNegotiationError,
        _ => false,
    };

    private void End(AdmissionTicket ticket, Exception exception)
    {
        var (kind, now) = (AnswerReading.KindOf(exception), _limiter.Now);
        NoteAttempt(ticket, kind == AnswerKind.Faulted ? AttemptResult.Failed : AttemptResult.GivenUp, now);
        var wasNeverSent = WasNeverSent(exception);
        _limiter.Learn(ticket, kind, now, isInvalid: !wasNeverSent);
        if (wasNeverSent)
        {
            ticket.GiveBack();
        }
        else
        {
            ticket.Complete();
        }
    }

    /// <summary>Tells what came of an attempt. What it was charged at is when it was admitted; where nothing was, nobody looked at the clock.</summary>
    private void NoteAttempt(AdmissionTicket ticket, AttemptResult result, long now)
    {
        ticket.EndAttempt(result);
        if (ticket.ChargedAt != AdmissionTicket.NotCharged && _limiter.Telemetry.HearsAttempts)
        {
            _limiter.Telemetry.Attempted(result, new TimeSpan(Math.Max(now - ticket.ChargedAt, 0)));
        }
    }

    private static void GiveBackIfCancelled(AdmissionTicket ticket, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            ticket.GiveBack();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private bool IsLimited(HttpRequestMessage request, PipelineSettings settings, out AdmissionRequest asked)
    {
        asked = default;
        if (_limiter.Mode == RateLimitMode.Disabled)
        {
            return false;
        }

        var said = request.RateLimiting();
        if (said?.Bypass == true)
        {
            _limiter.Telemetry.Checked(CheckResult.Bypassed);
            return false;
        }

        RequestReading.Read(request, said, settings.Router, out asked);
        return true;
    }

    private async Task<HttpResponseMessage> AdmitAndDispatchAsync(
        HttpRequestMessage request, ValueTask<AdmissionTicket> admission, PipelineSettings settings, CallTime time, CancellationToken cancellationToken)
    {
        AdmissionTicket ticket;
        try
        {
            ticket = await admission.ConfigureAwait(false);
        }
        catch (RateLimitRejectedException rejection) when (settings.Rejection == RejectionBehavior.Response)
        {
            return rejection.ToResponse(request);
        }

        // The token may have been cancelled between the grant and now; nothing has left yet.
        GiveBackIfCancelled(ticket, cancellationToken);
        time.End?.See(_limiter.Now);
        return await DispatchAsync(request, ticket, settings, time, cancellationToken).ConfigureAwait(false);
    }

    private Task<HttpResponseMessage> DispatchAsync(HttpRequestMessage request, AdmissionTicket ticket, PipelineSettings settings, CallTime time, CancellationToken cancellationToken)
    {
        Task<HttpResponseMessage> sending;
        ticket.BeginAttempt(_limiter.Service);
        try
        {
            sending = NextAsync(request, time, cancellationToken);
        }
        catch (Exception exception)
        {
            ticket.LeaveAttempt();
            End(ticket, exception);
            return Task.FromException<HttpResponseMessage>(exception);
        }

        ticket.LeaveAttempt();

#pragma warning disable VSTHRD103, VSTHRD002 // It has completed.
        if (!sending.IsCompletedSuccessfully || ResponseSignals.NeedsBody(request, sending.Result, settings))
        {
            return HearAsync(request, sending, ticket, settings, time, cancellationToken);
        }

        Hear(request, sending.Result, body: default, ticket, settings, time);
#pragma warning restore VSTHRD103, VSTHRD002
        return sending;
    }

    private async Task<HttpResponseMessage> HearAsync(
        HttpRequestMessage request, Task<HttpResponseMessage> sending, AdmissionTicket ticket, PipelineSettings settings, CallTime time, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        var body = default(ReadOnlyMemory<byte>);
        try
        {
#pragma warning disable VSTHRD003 // It was started by our only caller.
            response = await sending.ConfigureAwait(false);
#pragma warning restore VSTHRD003
            if (ResponseSignals.NeedsBody(request, response, settings))
            {
                body = await ResponseSignals.PeekAsync(response, _limiter.Time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            End(ticket, exception);
            throw;
        }

        Hear(request, response, body.Span, ticket, settings, time);
        return response;
    }

    /// <summary>Learns what the response says, as far as its body is known, and lets go of the ticket, now or when the body ends.</summary>
    private void Hear(HttpRequestMessage request, HttpResponseMessage response, ReadOnlySpan<byte> body, AdmissionTicket ticket, PipelineSettings settings, CallTime time)
    {
        // Everybody who wants to know when it was answered shares one reading of the clock, which costs as much as reading a few headers.
        var now = _limiter.Now;
        time.End?.See(now);
        NoteAttempt(ticket, TagValues.ResultOf((int)response.StatusCode), now);
        ResponseSignals.Take(request, response, body, ticket, pipeline, settings, now);
        var tail = CostTail.Of(response, ticket, _limiter);
        var hasBody = WatchedContent.MayHaveBody(request, response);
        var lease = hasBody && (ticket.HoldsConcurrency || tail.Usage is not null) ? new BodyLease(ticket, _limiter, tail) : null;
        if (hasBody)
        {
            Watch(response, settings, lease, time.EndsAt);
        }

        if (lease is null)
        {
            tail.Complete(ticket, _limiter, isComplete: true);
        }
    }

    /// <summary>A request that goes past the limits. Its body is watched all the same.</summary>
    private Task<HttpResponseMessage> PassAsync(HttpRequestMessage request, PipelineSettings settings, CallTime time, CancellationToken cancellationToken)
    {
        time.End?.See(_limiter.Now);
        var sending = NextAsync(request, time, cancellationToken);
        if (!sending.IsCompletedSuccessfully)
        {
            return AwaitAsync();
        }

#pragma warning disable VSTHRD103, VSTHRD002 // It has completed.
        WatchAny(request, sending.Result, settings, time);
#pragma warning restore VSTHRD103, VSTHRD002
        return sending;

        async Task<HttpResponseMessage> AwaitAsync()
        {
#pragma warning disable VSTHRD003 // It was started here.
            var response = await sending.ConfigureAwait(false);
#pragma warning restore VSTHRD003
            WatchAny(request, response, settings, time);
            return response;
        }
    }

    private HttpResponseMessage Pass(HttpRequestMessage request, PipelineSettings settings, CallTime time, CancellationToken cancellationToken)
    {
        time.End?.See(_limiter.Now);
        var response = Next(request, time, cancellationToken);
        WatchAny(request, response, settings, time);
        return response;
    }

    private void WatchAny(HttpRequestMessage request, HttpResponseMessage response, PipelineSettings settings, CallTime time)
    {
        if (WatchedContent.MayHaveBody(request, response))
        {
            Watch(response, settings, lease: null, time.EndsAt);
        }
    }

    private void Watch(HttpResponseMessage response, PipelineSettings settings, BodyLease? lease, long callEndsAt) =>
        response.Content = new WatchedContent(response.Content, new BodyWatch(_limiter, response.Content, settings.Patience, lease) { CallEndsAt = callEndsAt });
}
