namespace Quickstart;

/// <summary>Far more demand than quota, the same for each client: callers that each ask again as soon as they were answered.</summary>
internal static class Demand
{
    /// <summary>Half as many again as any upstream admits at once, so that there is always somebody in line.</summary>
    public const int Callers = 150;

    /// <summary>Runs all callers of a cell until cancelled. A call that fails otherwise than by cancellation ends the run.</summary>
    public static Task RunAsync(Cell cell, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => CallUntilCancelledAsync(cell, cancellationToken)));

    private static async Task CallUntilCancelledAsync(Cell cell, CancellationToken cancellationToken)
    {
        try
        {
            while (!cancellationToken.IsCancellationRequested)
                await cell.CallAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The time is up.
        }
    }
}
