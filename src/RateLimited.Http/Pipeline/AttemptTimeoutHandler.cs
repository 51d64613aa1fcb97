using System.Globalization;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// Gives up an attempt that gets no response headers in time. It stands behind admission, so that time in line is not counted. Stateless; costs nothing while no timeout is set.
/// </summary>
internal sealed class AttemptTimeoutHandler(ServicePipeline pipeline) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        TimeoutOf() is { } timeout ? SendWithinAsync(request, timeout, cancellationToken) : base.SendAsync(request, cancellationToken);

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (TimeoutOf() is not { } timeout)
        {
            return base.Send(request, cancellationToken);
        }

        using var end = new CancellationTokenSource(timeout, pipeline.Resilience.Time);
        using var caller = Tie(end, cancellationToken);
        try
        {
            return base.Send(request, end.Token);
        }
        catch (OperationCanceledException canceled) when (end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw TimedOut(timeout, canceled);
        }
    }

    /// <summary>The caller's cancellation ends the attempt too: one source for both costs half of what a linked one beside a timed one does.</summary>
    private static CancellationTokenRegistration Tie(CancellationTokenSource end, CancellationToken cancellationToken) =>
        cancellationToken.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), end);

    private TimeSpan? TimeoutOf() => pipeline.Limiter.Mode == RateLimitMode.Disabled ? null : pipeline.Resilience.Plan.Rule.AttemptTimeout;

    /// <summary>As HttpClient says that its own timeout has passed, so that code which handles the one handles the other.</summary>
    private static TaskCanceledException TimedOut(TimeSpan timeout, OperationCanceledException canceled)
    {
        var message = string.Create(CultureInfo.InvariantCulture, $"No response came within {timeout.TotalSeconds:0.###} s of one attempt (AttemptTimeout).");
        return new TaskCanceledException(message, new TimeoutException(message, canceled), canceled.CancellationToken);
    }

    private Task<HttpResponseMessage> SendWithinAsync(HttpRequestMessage request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var end = new CancellationTokenSource(timeout, pipeline.Resilience.Time);
        var caller = Tie(end, cancellationToken);
        Task<HttpResponseMessage> sending;
        try
        {
            sending = base.SendAsync(request, end.Token);
        }
#pragma warning disable CA1031 // It is thrown where it is awaited.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            sending = Task.FromException<HttpResponseMessage>(exception);
        }

        if (!sending.IsCompletedSuccessfully)
        {
            return AwaitAsync(sending, timeout, end, caller, cancellationToken);
        }

#pragma warning disable VSTHRD103 // What it would wait for only cancels an attempt that is over.
        caller.Dispose();
#pragma warning restore VSTHRD103
        end.Dispose();
        return sending;
    }

    private static async Task<HttpResponseMessage> AwaitAsync(
        Task<HttpResponseMessage> sending, TimeSpan timeout, CancellationTokenSource end, CancellationTokenRegistration caller, CancellationToken cancellationToken)
    {
        try
        {
#pragma warning disable VSTHRD003 // It was started by our only caller.
            return await sending.ConfigureAwait(false);
#pragma warning restore VSTHRD003
        }
        catch (OperationCanceledException canceled) when (end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw TimedOut(timeout, canceled);
        }
        finally
        {
            await caller.DisposeAsync().ConfigureAwait(false);
            end.Dispose();
        }
    }
}
