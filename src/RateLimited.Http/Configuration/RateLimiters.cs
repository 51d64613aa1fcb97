using Microsoft.Extensions.Options;
using RateLimited.Http.Admission;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Configuration;

/// <summary>Limiters for programs without dependency injection.</summary>
public static class RateLimiters
{
    private static readonly RateLimitingTelemetry Telemetry = new();

    /// <summary>Makes the limiter of a service. Every call makes another one, with a quota of its own; keep it for the life of the program.</summary>
    /// <param name="service">The service's name, in metrics and in refusals.</param>
    /// <param name="configure">Sets up the service.</param>
    /// <exception cref="OptionsValidationException">Something is wrong in the options; it holds all faults.</exception>
    public static IServiceRateLimiter Create(string service, Action<ServiceRateLimitingOptions> configure) => Create(service, configure, TimeProvider.System);

    /// <summary>Makes the limiter of a service that runs on a clock of its own.</summary>
    /// <param name="service">The service's name, in metrics and in refusals.</param>
    /// <param name="configure">Sets up the service.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="OptionsValidationException">Something is wrong in the options; it holds all faults.</exception>
    public static IServiceRateLimiter Create(string service, Action<ServiceRateLimitingOptions> configure, TimeProvider time)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(service);
        ArgumentNullException.ThrowIfNull(configure);
        ArgumentNullException.ThrowIfNull(time);
        var options = new ServiceRateLimitingOptions();
        configure(options);
        var faults = ServiceOptionsFaults.Of(service, options, globalLimits: []);
        return faults.Count == 0
            ? new ServiceLimiter(DefinitionCompiler.Service(service, options), new InProcessStore(time, []), Telemetry.For(service))
            : throw new OptionsValidationException(service, typeof(ServiceRateLimitingOptions), faults.Sentences());
    }
}
