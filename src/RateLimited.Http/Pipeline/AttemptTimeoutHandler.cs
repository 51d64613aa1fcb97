using System.Globalization;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// Gives up an attempt that gets no response headers in time. It stands behind admission, so that time in line is not counted. Stateless; costs nothing while no timeout is set.
/// </summary>
internal sealed class AttemptTimeoutHandler(ServicePipeline pipeline) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        pipeline.Resilience.Plan.Rule.AttemptTimeout is { } timeout && pipeline.Limiter.Mode != RateLimitMode.Disabled
            ? SendWithinAsync(request, timeout, cancellationToken)
            : base.SendAsync(request, cancellationToken);

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (pipeline.Resilience.Plan.Rule.AttemptTimeout is not { } timeout || pipeline.Limiter.Mode == RateLimitMode.Disabled)
        {
            return base.Send(request, cancellationToken);
        }

        using var end = new CancellationTokenSource(timeout, pipeline.Resilience.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, end.Token);
        try
        {
            return base.Send(request, both.Token);
        }
        catch (OperationCanceledException canceled) when (end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw TimedOut(timeout, canceled);
        }
    }

    /// <summary>As HttpClient says that its own timeout has passed, so that code which handles the one handles the other.</summary>
    private static TaskCanceledException TimedOut(TimeSpan timeout, OperationCanceledException canceled)
    {
        var message = string.Create(CultureInfo.InvariantCulture, $"No response came within {timeout.TotalSeconds:0.###} s of one attempt (AttemptTimeout).");
        return new TaskCanceledException(message, new TimeoutException(message, canceled), canceled.CancellationToken);
    }

    private async Task<HttpResponseMessage> SendWithinAsync(HttpRequestMessage request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var end = new CancellationTokenSource(timeout, pipeline.Resilience.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, end.Token);
        try
        {
            return await base.SendAsync(request, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException canceled) when (end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw TimedOut(timeout, canceled);
        }
    }
}
