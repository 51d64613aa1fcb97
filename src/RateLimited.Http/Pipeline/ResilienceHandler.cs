using System.Globalization;
using Polly;
using Polly.Timeout;
using RateLimited.Http.Resilience;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// The outermost handler: repeats what may be repeated, and refuses before the line while the circuit is open. Stateless: all state is the service's. A first attempt that succeeds never enters
/// the strategies.
/// </summary>
internal sealed class ResilienceHandler : DelegatingHandler
{
    private readonly ServicePipeline _pipeline;
    private readonly ServiceResilience _service;

    public ResilienceHandler(ServicePipeline pipeline)
    {
        _pipeline = pipeline;
        _service = pipeline.Resilience;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (IsIdle() || (_service.Plan.Rule.Health is not null && HealthProber.IsProbe(request)))
        {
            return base.SendAsync(request, cancellationToken);
        }

        var plan = _service.Plan;
        var replay = plan.ReplayBuffer is { } buffer ? ContentReplays.Of(request.Content, buffer) : ContentReplay.Once;
        if (replay == ContentReplay.AfterBuffering)
        {
            return BufferAndSendAsync(plan, request, cancellationToken);
        }

        return plan.TakesWhole ? SendWholeAsync(plan, request, replay, cancellationToken) : SendFirstAsync(plan, request, replay, cancellationToken);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (IsIdle())
        {
            return base.Send(request, cancellationToken);
        }

        var plan = _service.Plan;
        // Reading content into memory is asynchronous for some contents, and nothing here blocks on that.
        var replay = plan.ReplayBuffer is { } buffer ? ContentReplays.Of(request.Content, buffer) : ContentReplay.Once;
        var call = NewCall(plan, request, replay is ContentReplay.AfterBuffering ? ContentReplay.Once : replay, isSynchronous: true);
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
            throw TimedOut(timeout);
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

    /// <summary>As HttpClient says that its own timeout has passed, so that code which handles the one handles the other.</summary>
    private static TaskCanceledException TimedOut(TimeoutRejectedException timeout)
    {
        var message = string.Create(CultureInfo.InvariantCulture, $"No response came within {timeout.Timeout.TotalSeconds:0.###} s of all attempts (TotalTimeout).");
        return new TaskCanceledException(message, new TimeoutException(message, timeout.InnerException), CancellationToken.None);
    }

    private bool IsIdle() => _service.IsIdle || _pipeline.Limiter.Mode == RateLimitMode.Disabled;

    private async Task<HttpResponseMessage> BufferAndSendAsync(ResiliencePlan plan, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await request.Content!.LoadIntoBufferAsync(plan.ReplayBuffer.GetValueOrDefault(), cancellationToken).ConfigureAwait(false);
        var sending = plan.TakesWhole
            ? SendWholeAsync(plan, request, ContentReplay.Replayable, cancellationToken)
            : SendFirstAsync(plan, request, ContentReplay.Replayable, cancellationToken);
        return await sending.ConfigureAwait(false);
    }

    /// <summary>Makes the first attempt outside of the strategies.</summary>
    private Task<HttpResponseMessage> SendFirstAsync(ResiliencePlan plan, HttpRequestMessage request, ContentReplay replay, CancellationToken cancellationToken)
    {
        if (!_service.TryEnter(request, out var pass, out var refusal))
        {
            return RefuseAsync(plan, request, refusal!, replay, cancellationToken);
        }

        var began = plan.Rule.Breaker is { SlowCall: > 0 } ? _service.Now : 0;
        Task<HttpResponseMessage> sending;
        try
        {
            sending = base.SendAsync(request, cancellationToken);
        }
#pragma warning disable CA1031 // It is thrown where it is awaited.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            sending = Task.FromException<HttpResponseMessage>(exception);
        }

        if (sending.IsCompletedSuccessfully)
        {
#pragma warning disable VSTHRD103, VSTHRD002 // It has completed.
            if (IsFine(sending.Result))
#pragma warning restore VSTHRD103, VSTHRD002
            {
                _service.Report(plan.Rule, pass, AttemptReading.Fine, began, isFirst: true);
                return sending;
            }
        }

        return ContinueAsync(plan, request, sending, pass, began, replay, cancellationToken);
    }

    private async Task<HttpResponseMessage> ContinueAsync(
        ResiliencePlan plan, HttpRequestMessage request, Task<HttpResponseMessage> sending, CircuitPass pass, long began, ContentReplay replay, CancellationToken cancellationToken)
    {
        Outcome<HttpResponseMessage> outcome;
        AttemptReading reading;
        try
        {
#pragma warning disable VSTHRD003 // It was started by our only caller.
            var response = await sending.ConfigureAwait(false);
#pragma warning restore VSTHRD003
            reading = IsFine(response) ? AttemptReading.Fine : AttemptReader.Read((int)response.StatusCode, VerdictOf(request, response), plan.Rule.Retry?.Statuses);
            if (!plan.CanHelp(reading))
            {
                _service.Report(plan.Rule, pass, reading, began, isFirst: true);
                return response;
            }

            outcome = Outcome.FromResult(response);
        }
        catch (Exception exception)
        {
            reading = AttemptReader.Read(exception, cancellationToken.IsCancellationRequested);
            if (!plan.CanHelp(reading))
            {
                _service.Report(plan.Rule, pass, reading, began, isFirst: true);
                throw;
            }

            outcome = Outcome.FromException<HttpResponseMessage>(exception);
        }

        _service.Report(plan.Rule, pass, reading, began, isFirst: true);
        var call = NewCall(plan, request, replay);
        call.Know(outcome, reading);
        return await RunAsync(plan, call, cancellationToken).ConfigureAwait(false);
    }

    private Task<HttpResponseMessage> SendWholeAsync(ResiliencePlan plan, HttpRequestMessage request, ContentReplay replay, CancellationToken cancellationToken) =>
        RunAsync(plan, NewCall(plan, request, replay), cancellationToken);

    private Task<HttpResponseMessage> RefuseAsync(ResiliencePlan plan, HttpRequestMessage request, CircuitOpenException refusal, ContentReplay replay, CancellationToken cancellationToken)
    {
        var call = NewCall(plan, request, replay);
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
                    throw TimedOut(timeout);
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

    private PipelineCall NewCall(ResiliencePlan plan, HttpRequestMessage request, ContentReplay replay, bool isSynchronous = false)
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
            Deadline = plan.Rule.TotalTimeout is { } total ? _service.Now + total.Ticks : long.MaxValue,
        };
    }

    /// <summary>Without asking for the request's options, which would make them: successes carry no verdict unless the service refuses with one.</summary>
    private bool IsFine(HttpResponseMessage response) => (int)response.StatusCode < 400 && !_pipeline.Settings.Signals.WantsBody(response);

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

        _pipeline.Settings.Signals.Read(response, body: default, _service.Time.GetUtcNow(), out var signal);
        return signal.Verdict;
    }

    internal Task<HttpResponseMessage> InnerSendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => base.SendAsync(request, cancellationToken);

    internal HttpResponseMessage InnerSend(HttpRequestMessage request, CancellationToken cancellationToken) => base.Send(request, cancellationToken);
}
