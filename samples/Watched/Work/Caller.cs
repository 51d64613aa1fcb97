using Microsoft.Extensions.Hosting;
using RateLimited.Http;

namespace Watched.Work;

/// <summary>Work that goes on until the program ends: several at once do the same again and again. What limits and upstreams refuse is part of it.</summary>
internal abstract class Caller(int atOnce, TimeSpan pause, TimeProvider time) : BackgroundService
{
    protected sealed override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Enumerable.Range(0, atOnce).Select(number => RepeatAsync(number, stoppingToken)));

    /// <param name="number">Which of those that work at once.</param>
    /// <param name="turn">How often this one has worked before.</param>
    /// <param name="cancellationToken">Is cancelled when the program ends.</param>
    protected abstract Task WorkAsync(int number, int turn, CancellationToken cancellationToken);

    private async Task RepeatAsync(int number, CancellationToken cancellationToken)
    {
        await Task.Yield();
        for (var turn = 0; !cancellationToken.IsCancellationRequested; turn++)
        {
            try
            {
                await WorkAsync(number, turn, cancellationToken);
                await Task.Delay(pause, time, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is RateLimitRejectedException or HttpRequestException or IOException or OperationCanceledException or System.ClientModel.ClientResultException)
            {
                // Metrics count it.
                await Task.Delay(pause, time, CancellationToken.None);
            }
        }
    }
}
