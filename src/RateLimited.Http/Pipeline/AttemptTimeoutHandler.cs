using RateLimited.Http.Limits;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// Gives up an attempt that gets no response headers in time. It stands behind admission, so that time in line is not counted. Stateless; costs nothing while no timeout is set.
/// </summary>
internal sealed class AttemptTimeoutHandler(ServicePipeline pipeline) : PipelineHandler
{
    internal override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CallTime time, CancellationToken cancellationToken) =>
        TimeoutOf() is { } timeout ? SendWithinAsync(request, timeout, time.End, cancellationToken) : NextAsync(request, time, cancellationToken);

    internal override HttpResponseMessage Send(HttpRequestMessage request, CallTime time, CancellationToken cancellationToken)
    {
        if (TimeoutOf() is not { } timeout)
        {
            return Next(request, time, cancellationToken);
        }

        using var end = new CancellationTokenSource(timeout, pipeline.Resilience.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellationToken);
        try
        {
            return Next(request, CallTime.Unbounded, either.Token);
        }
        catch (OperationCanceledException canceled) when (end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw TimedOut.OfAttempt(timeout, canceled);
        }
    }

    private TimeSpan? TimeoutOf() => pipeline.Limiter.Mode == RateLimitMode.Disabled ? null : pipeline.Resilience.Plan.Rule.AttemptTimeout;

    private Task<HttpResponseMessage> SendWithinAsync(HttpRequestMessage request, TimeSpan timeout, CallEnd? given, CancellationToken cancellationToken)
    {
        var end = given ?? new CallEnd(pipeline.Resilience, LimitRule.Never);
        var began = end.Now;
        if (given is null)
        {
            end.Follow(cancellationToken);
        }

        Task<HttpResponseMessage> sending;
        try
        {
            sending = NextAsync(request, CallTime.Unbounded, end.Token);
        }
#pragma warning disable CA1031 // It is thrown where it is awaited.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            sending = Task.FromException<HttpResponseMessage>(exception);
        }

        if (sending.IsCompletedSuccessfully)
        {
            if (given is null)
            {
                end.Close();
            }

            return sending;
        }

        if (!sending.IsCompleted)
        {
            end.WatchAttempt(began + timeout.Ticks);
        }

        return AwaitAsync(sending, timeout, end, isOwn: given is null, cancellationToken);
    }

    private static async Task<HttpResponseMessage> AwaitAsync(Task<HttpResponseMessage> sending, TimeSpan timeout, CallEnd end, bool isOwn, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
#pragma warning disable VSTHRD003 // It was started by our only caller.
            response = await sending.ConfigureAwait(false);
#pragma warning restore VSTHRD003
        }
        catch (OperationCanceledException canceled) when (end.Ending == CallEnding.AttemptTimeout)
        {
            throw TimedOut.OfAttempt(timeout, canceled);
        }
        catch (OperationCanceledException canceled) when (isOwn && end.Ending == CallEnding.Caller)
        {
            throw new TaskCanceledException(canceled.Message, canceled, cancellationToken);
        }
        finally
        {
            if (isOwn)
            {
                end.Close();
            }
        }

        if (!end.EndAttempt())
        {
            // It came too late: what goes on by the same token would be cancelled.
            response.Dispose();
            throw TimedOut.OfAttempt(timeout, inner: null);
        }

        return response;
    }
}
