namespace RateLimited.Http.Caching.Answering;

/// <summary>One request under way that others wait for. Ends once. Thread-safe.</summary>
internal sealed class Flight
{
    private readonly TaskCompletionSource<FlightEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<Flight> _left;

    public Flight(Action<Flight> left) => _left = left;

    public Task<FlightEnd> Ended => _end.Task;

    public void End(FlightEnd end)
    {
        _left(this);
        _end.TrySetResult(end);
    }
}
