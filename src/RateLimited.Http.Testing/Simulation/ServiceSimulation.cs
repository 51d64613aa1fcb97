using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Testing.Simulation;

/// <summary>
/// Runs a service's limits and its waiting line against a demand in virtual time: the same code that holds requests in production, on one thread, so that a day takes seconds and
/// the same set-up gives the same report. It answers what a configuration would do; the upstream answers everything, after its latency.
/// </summary>
public static class ServiceSimulation
{
    /// <summary>The most requests that one simulation takes.</summary>
    public const long MostRequests = 20_000_000;

    /// <summary>Runs a simulation to its end.</summary>
    /// <param name="setup">What is simulated.</param>
    /// <param name="progress">Told how far it is, from 0 to 1, now and then, on the calling thread.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OptionsValidationException">Something is wrong in the options; it holds all faults.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A figure of the set-up is out of range.</exception>
    /// <exception cref="InvalidOperationException">More requests come than the set-up allows.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static SimulationReport Run(SimulationSetup setup, Action<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(setup);
        setup.Validate();
        Validate(setup.Service, setup.Options, setup.GlobalLimits);
        using var run = new SimulatedRun(setup, progress);
        return run.Run(cancellationToken);
    }

    internal static void Validate(string service, ServiceRateLimitingOptions options, IReadOnlyList<LimitOptions> globalLimits)
    {
        var global = new RateLimitingOptions();
        foreach (var limit in globalLimits)
        {
            global.GlobalLimits.Add(limit);
        }

        IReadOnlyList<string> faults = [.. RateLimitingOptionsFaults.Of(global).Sentences(), .. ServiceOptionsFaults.Of(service, options, global.GlobalLimits).Sentences()];
        if (faults.Count > 0)
        {
            throw new OptionsValidationException(service, typeof(ServiceRateLimitingOptions), faults);
        }
    }
}
