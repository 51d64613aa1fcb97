namespace RateLimited.Http.Caching.Answering;

/// <summary>One request under way that others wait for. Ends once. Thread-safe.</summary>
internal sealed class Flight
{
    private readonly TaskCompletionSource<FlightEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<Flight> _left;

    public Flight(Action<Flight> left) => _left = left;

    /// <summary>Waits for its end.</summary>
    /// <exception cref="TimeoutException">It takes longer than that.</exception>
    public Task<FlightEnd> WaitAsync(TimeSpan most, TimeProvider time, CancellationToken cancellationToken) => _end.Task.WaitAsync(most, time, cancellationToken);

    public void End(FlightEnd end)
    {
        _left(this);
        _end.TrySetResult(end);
    }
}
