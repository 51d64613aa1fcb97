using RateLimited.Http.Resilience;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// Asks a service at intervals whether it is well, and opens and closes its circuit ahead of the traffic. A probe goes past the circuit and is admitted like any request, if it may at once. One at
/// a time. Thread-safe.
/// </summary>
internal sealed class HealthProber : IDisposable
{
    private static readonly HttpRequestOptionsKey<bool> Marker = new("RateLimited.Http.IsProbe");

    private readonly ServicePipeline _pipeline;
    private readonly HealthRule _rule;
    private readonly HealthHysteresis _hysteresis = new();
    private readonly CancellationTokenSource _end = new();
    private readonly ITimer _timer;

    public HealthProber(ServicePipeline pipeline, HealthRule rule)
    {
        _pipeline = pipeline;
        _rule = rule;

        // Armed only once it can be reached from its own callback.
        _timer = pipeline.Limiter.Time.CreateTimer(static prober => _ = ((HealthProber)prober!).ProbeAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(rule.Interval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether a request is a probe, which an open circuit does not hold up and nothing repeats.</summary>
    public static bool IsProbe(HttpRequestMessage request) => request.Options.TryGetValue(Marker, out var isProbe) && isProbe;

    /// <summary>Ends it, and takes back that the service is not well if it was what said so.</summary>
    public void Dispose()
    {
        _end.Cancel();
        _timer.Dispose();
        _pipeline.Resilience.Health(isWell: null);
    }

    private async Task ProbeAsync()
    {
        try
        {
            var result = await AskAsync().ConfigureAwait(false);
            if (!_end.IsCancellationRequested && _hysteresis.Add(result, _rule) is { } isWell)
            {
                _pipeline.Resilience.Health(isWell);
                if (_end.IsCancellationRequested)
                {
                    // It ended meanwhile, and nobody else would take that back.
                    _pipeline.Resilience.Health(isWell: null);
                }
            }
        }
        finally
        {
            try
            {
                _timer.Change(_rule.Interval, Timeout.InfiniteTimeSpan);
            }
            catch (ObjectDisposedException)
            {
                // It ended meanwhile.
            }
        }
    }

    private async Task<CallResult> AskAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(_rule.Timeout, _pipeline.Limiter.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _end.Token);
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, _rule.Address);
                request.Options.Set(Marker, value: true);
                request.WithQueueTimeout(TimeSpan.Zero);
                if (_pipeline.Clients?.Invoke(_rule.Client ?? _pipeline.Resilience.Service) is not { } client)
                {
                    return CallResult.Inconclusive;
                }

                using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
                return response is LocalResponse ? CallResult.Inconclusive : (int)response.StatusCode switch
                {
                    429 => CallResult.Inconclusive,
                    408 or >= 500 => CallResult.Failure,
                    _ => CallResult.Success,
                };
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
                return CallResult.Failure;
            }
        }
#pragma warning disable CA1031 // On a timer's thread: what it throws would end the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return AttemptReader.Read(exception, _end.IsCancellationRequested).Result;
        }
    }
}
