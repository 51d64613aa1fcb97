using Polly;
using Polly.Timeout;
using RateLimited.Http.Limits;
using RateLimited.Http.Resilience;
using RateLimited.Http.Signals;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// The outermost handler: repeats what may be repeated, and refuses before the line while the circuit is open. Stateless: all state is the service's. A first attempt that succeeds never enters
/// the strategies.
/// </summary>
internal sealed class ResilienceHandler : PipelineHandler
{
    private readonly ServicePipeline _pipeline;
    private readonly ServiceResilience _service;

    public ResilienceHandler(ServicePipeline pipeline)
    {
        _pipeline = pipeline;
        _service = pipeline.Resilience;
    }

    internal override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CallTime time, CancellationToken cancellationToken)
    {
        if (IsIdle() || (_service.Plan.Rule.Health is not null && HealthProber.IsProbe(request)))
        {
            return NextAsync(request, time, cancellationToken);
        }

        var plan = _service.Plan;
        var replay = plan.ReplayBuffer is { } buffer ? ContentReplays.Of(request.Content, buffer) : ContentReplay.Once;
        if (replay == ContentReplay.AfterBuffering)
        {
            return BufferAndSendAsync(plan, request, cancellationToken);
        }

        return plan.TakesWhole ? SendWholeAsync(plan, request, replay, cancellationToken) : SendFirstAsync(plan, request, replay, plan.TotalTicks, cancellationToken);
    }

    internal override HttpResponseMessage Send(HttpRequestMessage request, CallTime time, CancellationToken cancellationToken)
    {
        if (IsIdle())
        {
            return Next(request, time, cancellationToken);
        }

        var plan = _service.Plan;
        // Reading content into memory is asynchronous for some contents, and nothing here blocks on that.
        var replay = plan.ReplayBuffer is { } buffer ? ContentReplays.Of(request.Content, buffer) : ContentReplay.Once;
        var call = NewCall(plan, request, replay is ContentReplay.AfterBuffering ? ContentReplay.Once : replay, plan.DeadlineOf(_service.Now), isSynchronous: true);
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        call.AttachTo(context);
        try
        {
            return plan.Strategies.Execute(
                static (context, call) =>
                {
#pragma warning disable CA2012, VSTHRD002 // A synchronous attempt has completed.
                    var outcome = call.AttemptAsync(context).GetAwaiter().GetResult();
#pragma warning restore CA2012, VSTHRD002
                    outcome.ThrowIfException();
                    return outcome.Result!;
                },
                context,
                call);
        }
        catch (TimeoutRejectedException timeout)
        {
            throw TimedOut.OfAllAttempts(plan.Rule.TotalTimeout.GetValueOrDefault(), timeout.InnerException);
        }
        catch (CircuitOpenException refusal) when (_pipeline.Settings.Rejection == RejectionBehavior.Response)
        {
            return refusal.ToResponse(request);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private bool IsIdle() => _service.IsIdle || _pipeline.Limiter.Mode == RateLimitMode.Disabled;

    private async Task<HttpResponseMessage> BufferAndSendAsync(ResiliencePlan plan, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var deadline = plan.DeadlineOf(_service.Now);
        await BufferAsync(plan, request.Content!, cancellationToken).ConfigureAwait(false);
        if (plan.TakesWhole)
        {
            return await RunAsync(plan, NewCall(plan, request, ContentReplay.Replayable, deadline), cancellationToken).ConfigureAwait(false);
        }

        var left = deadline == LimitRule.Never ? deadline : Math.Max(deadline - _service.Now, 0);
        return await SendFirstAsync(plan, request, ContentReplay.Replayable, left, cancellationToken).ConfigureAwait(false);
    }

    private async Task BufferAsync(ResiliencePlan plan, HttpContent content, CancellationToken cancellationToken)
    {
        using var end = new CancellationTokenSource(plan.Rule.TotalTimeout ?? Timeout.InfiniteTimeSpan, _service.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellationToken);
        try
        {
            await content.LoadIntoBufferAsync(plan.ReplayBuffer.GetValueOrDefault(), either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException canceled) when (end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw TimedOut.OfAllAttempts(plan.Rule.TotalTimeout.GetValueOrDefault(), canceled);
        }
    }

    /// <summary>Makes the first attempt outside of the strategies.</summary>
    private Task<HttpResponseMessage> SendFirstAsync(ResiliencePlan plan, HttpRequestMessage request, ContentReplay replay, long left, CancellationToken cancellationToken)
    {
        if (!_service.TryEnter(request, out var pass, out var refusal))
        {
            return RefuseAsync(plan, request, refusal!, replay, cancellationToken);
        }

        var began = plan.Rule.Breaker is { SlowCall: > 0 } ? _service.Now : 0;
        var attempt = new FirstAttempt(plan, request, replay, pass, began, plan.EndsInTime ? new CallEnd(_service, left) : null, cancellationToken);
        attempt.End?.Follow(cancellationToken);
        Task<HttpResponseMessage> sending;
        try
        {
            sending = NextAsync(request, attempt.Time, attempt.Token);
        }
#pragma warning disable CA1031 // It is thrown where it is awaited.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            sending = Task.FromException<HttpResponseMessage>(exception);
        }

#pragma warning disable VSTHRD103, VSTHRD002 // It has completed.
        if (sending.IsCompletedSuccessfully && IsFine(request, sending.Result))
        {
            attempt.End?.Close();
            Report(attempt, AttemptReading.Fine, sending.Result, EndOf(attempt));
#pragma warning restore VSTHRD103, VSTHRD002
            return sending;
        }

        if (!sending.IsCompleted)
        {
            attempt.End?.Watch();
        }

        return ContinueAsync(sending, attempt);
    }

    /// <summary>
    /// When an attempt ended that was answered at once: at the last reading of the clock for it. Where there was none, about now is near enough, for all that hangs on it is which tenth of a window a
    /// success counts in; but for slow calls, which are timed.
    /// </summary>
    private long? EndOf(in FirstAttempt attempt) => attempt.End?.Now ?? (attempt.Plan.Rule.Breaker is { SlowCall: > 0 } ? null : _pipeline.Limiter.Roughly);

    private async Task<HttpResponseMessage> ContinueAsync(Task<HttpResponseMessage> sending, FirstAttempt attempt)
    {
        var plan = attempt.Plan;
        Outcome<HttpResponseMessage> outcome;
        AttemptReading reading;
        try
        {
#pragma warning disable VSTHRD003 // It was started by our only caller.
            var response = await sending.ConfigureAwait(false);
#pragma warning restore VSTHRD003
            reading = IsFine(attempt.Request, response) ? AttemptReading.Fine : AttemptReader.Read((int)response.StatusCode, VerdictOf(attempt.Request, response), plan.Rule.Retry?.Statuses);
            Report(attempt, reading, response);
            if (!plan.CanHelp(reading))
            {
                return response;
            }

            outcome = Outcome.FromResult(response);
        }
        catch (Exception exception)
        {
            reading = AttemptReader.Read(exception, attempt.IsOver);
            Report(attempt, reading, response: null);
            if (attempt.Ended(exception) is { } clearer)
            {
                throw clearer;
            }

            if (attempt.IsOver || !plan.CanHelp(reading))
            {
                throw;
            }

            outcome = Outcome.FromException<HttpResponseMessage>(exception);
        }
        finally
        {
            attempt.End?.Close();
        }

        var call = NewCall(plan, attempt.Request, attempt.Replay, attempt.Deadline);
        call.Know(outcome, reading);
        return await RunAsync(plan, call, attempt.Caller).ConfigureAwait(false);
    }

    private void Report(in FirstAttempt attempt, AttemptReading reading, HttpResponseMessage? response, long? ended = null)
    {
        var body = response is not null && reading.Result == CallResult.Success && attempt.Plan.Rule.Breaker is not null ? WatchedContent.WatchOf(response) : null;
        _service.Report(attempt.Plan.Rule, new AttemptReport(attempt.Pass, reading) { Began = attempt.Began, Ended = ended, IsFirst = true, HasBody = body is not null });
        body?.Tell(new BodyReport(_service, attempt.Plan.Rule, attempt.Pass));
    }

    private Task<HttpResponseMessage> SendWholeAsync(ResiliencePlan plan, HttpRequestMessage request, ContentReplay replay, CancellationToken cancellationToken) =>
        RunAsync(plan, NewCall(plan, request, replay, plan.DeadlineOf(_service.Now)), cancellationToken);

    private Task<HttpResponseMessage> RefuseAsync(ResiliencePlan plan, HttpRequestMessage request, CircuitOpenException refusal, ContentReplay replay, CancellationToken cancellationToken)
    {
        var call = NewCall(plan, request, replay, plan.DeadlineOf(_service.Now));
        call.Know(Outcome.FromException<HttpResponseMessage>(refusal), new AttemptReading(FailureKind.CircuitOpen, CallResult.Inconclusive));
        return RunAsync(plan, call, cancellationToken);
    }

    private async Task<HttpResponseMessage> RunAsync(ResiliencePlan plan, PipelineCall call, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        call.AttachTo(context);
        try
        {
            var outcome = await plan.Strategies.ExecuteOutcomeAsync(static (context, call) => call.AttemptAsync(context), context, call).ConfigureAwait(false);
            switch (outcome.Exception)
            {
                case CircuitOpenException refusal when _pipeline.Settings.Rejection == RejectionBehavior.Response:
                    return refusal.ToResponse(call.Request);
                case TimeoutRejectedException timeout:
                    throw TimedOut.OfAllAttempts(plan.Rule.TotalTimeout.GetValueOrDefault(), timeout.InnerException);
                default:
                    outcome.ThrowIfException();
                    return outcome.Result!;
            }
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private PipelineCall NewCall(ResiliencePlan plan, HttpRequestMessage request, ContentReplay replay, long deadline, bool isSynchronous = false)
    {
        // Looked for where an attempt failed and not with every request: it is then that attempts multiply.
        if (plan.Rule.Retry is not null && OuterRetries.ProofIn(request) is { } header)
        {
            _service.SeesOuterRetry(header);
        }

        return new PipelineCall(this, _pipeline, plan, request)
        {
            IsSynchronous = isSynchronous,
            Replay = replay,
            IsIdempotent = Repeatability.Of(request),
            Deadline = deadline,
        };
    }

    /// <summary>Without asking for the request's options, which would make them: successes carry no verdict unless the service refuses with one.</summary>
    private bool IsFine(HttpRequestMessage request, HttpResponseMessage response) => (int)response.StatusCode < 400 && !_pipeline.Settings.Signals.WantsBody(request.Method, response);

    /// <summary>What was noted; where nothing was, what the head says.</summary>
    internal Verdict VerdictOf(HttpRequestMessage request, HttpResponseMessage response)
    {
        if (response is LocalResponse)
        {
            // A refusal of ours: nothing to repeat, and nothing that the upstream said.
            return new Verdict(ResponseKind.Exhausted, ResponseScope.Request);
        }

        var noted = ResponseVerdicts.Of(request);
        if (noted.Kind != ResponseKind.Fine || (int)response.StatusCode < 400)
        {
            return noted;
        }

        _pipeline.Settings.Signals.Read(response, body: default, WallTime.Of(_service.Time), out var signal);
        return signal.Verdict;
    }

    internal Task<HttpResponseMessage> InnerSendAsync(HttpRequestMessage request, long deadline, CancellationToken cancellationToken) =>
        NextAsync(request, new CallTime(End: null, deadline), cancellationToken);

    internal HttpResponseMessage InnerSend(HttpRequestMessage request, long deadline, CancellationToken cancellationToken) =>
        Next(request, new CallTime(End: null, deadline), cancellationToken);
}
