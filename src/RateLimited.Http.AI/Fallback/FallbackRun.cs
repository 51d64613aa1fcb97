using RateLimited.Http.AI.Batching;
using RateLimited.Http.AI.Failures;
using RateLimited.Http.AI.Telemetry;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.AI.Fallback;

/// <summary>
/// Asks, and where that fails so that others may answer, asks these in their order, each once. Who is asked in somebody's place falls back on nobody: two that stand in for each other would never end. When none has an
/// answer, the first failure is the caller's.
/// </summary>
internal sealed class FallbackRun
{
    private static readonly AsyncLocal<bool> StandsIn = new();
    private static readonly FallbackCause[] Usual = [FallbackCause.Limited, FallbackCause.Refused, FallbackCause.CircuitOpen];

    private readonly FallbackCause[] _causes;
    private readonly Func<Exception, FallbackCause?> _read;

    public FallbackRun(ModelFallbackOptions options)
    {
        var faults = new OptionFaults();
        foreach (var cause in options.Causes)
        {
            faults.Choice(nameof(options.Causes), cause);
        }

        faults.ThrowIfAny("ModelFallback", typeof(ModelFallbackOptions));
        _causes = options.Causes.Count == 0 ? Usual : [.. options.Causes];
        _read = options.Read ?? UpstreamFailure.CauseOf;
    }

    /// <summary>Whether what is asked from here is asked in somebody's place. What is set flows on, and ends with the asynchronous method that sets it.</summary>
    public static bool IsStandIn
    {
        get => StandsIn.Value;
        set => StandsIn.Value = value;
    }

    /// <param name="ask">Asks the first.</param>
    /// <param name="others">Whoever is asked then.</param>
    /// <param name="cancellationToken">The caller's: who has left is answered by nobody.</param>
    /// <returns>The answer, and whose it is; null for the first.</returns>
    public async Task<(T Answer, string? Step)> AskAsync<T>(Func<Task<T>> ask, IEnumerable<FallbackStep<T>> others, CancellationToken cancellationToken)
    {
        try
        {
            return (await ask().ConfigureAwait(false), null);
        }
        catch (Exception failure) when (!IsStandIn && !cancellationToken.IsCancellationRequested && CauseOf(failure) is not null)
        {
            var reason = TagValues.FallbackCauses[(int)CauseOf(failure)!.Value];
            IsStandIn = true;
            foreach (var step in others)
            {
                try
                {
                    var answer = await step.Ask().ConfigureAwait(false);
                    AIInstruments.FellBack(reason, step.Name, "answered");
                    return (answer, step.Name);
                }
#pragma warning disable CA1031 // The next is asked, and in the end the first failure thrown.
                catch (Exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    AIInstruments.FellBack(reason, step.Name, "failed");
                }
            }

            throw;
        }
    }

    private FallbackCause? CauseOf(Exception failure) => _read(failure) is { } cause && _causes.Contains(cause) ? cause : null;
}

/// <summary>Somebody who may answer.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Ask">Asks.</param>
internal readonly record struct FallbackStep<T>(string Name, Func<Task<T>> Ask);
