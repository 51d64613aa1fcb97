using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using RateLimited.Http.Admission;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Configuration;

/// <summary>
/// Limiters for programs without dependency injection, and the limits of a service as limiters of System.Threading.RateLimiting, for whatever takes those: Polly, ASP.NET Core, your own
/// code. There a permit is a request, a refusal says when in <see cref="MetadataName.RetryAfter"/>, and waiting lasts as long as the caller does.
/// </summary>
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
        var faults = ServiceOptionsFaults.Of(service, options, globalLimits: [], stores: [], hasDirectory: false);
        if (options.Keys.IsUsed)
        {
            faults.Add($"{service}:Keys", "keys without a client", "no keys here, since it is the requests of an HttpClient that go with them");
        }

        return faults.Count == 0
            ? new ServiceLimiter(DefinitionCompiler.Service(service, options), new InProcessStore(time, []), Telemetry.For(service))
            : throw new OptionsValidationException(service, typeof(ServiceRateLimitingOptions), faults.Sentences());
    }

    /// <summary>Makes limits of their own as a <see cref="RateLimiter"/>: wherever one of System.Threading.RateLimiting is taken. Disposing it releases whoever waits.</summary>
    /// <param name="service">The service's name, in metrics and in refusals.</param>
    /// <param name="configure">Sets up the service.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="OptionsValidationException">Something is wrong in the options; it holds all faults.</exception>
    public static RateLimiter CreateRateLimiter(string service, Action<ServiceRateLimitingOptions> configure, TimeProvider? time = null)
    {
        var limiter = Own(Create(service, configure, time ?? TimeProvider.System));
        return new PermitLimiter(limiter, limiter);
    }

    /// <summary>The limits of a service as a <see cref="RateLimiter"/>. It shares the service's quota and line; disposing it does not dispose the service.</summary>
    /// <param name="limiter">A limiter from dependency injection or from <see cref="Create(string, Action{ServiceRateLimitingOptions})"/>.</param>
    /// <exception cref="ArgumentException">It is of neither origin.</exception>
    public static RateLimiter AsRateLimiter(this IServiceRateLimiter limiter) => new PermitLimiter(Own(limiter), owned: null);

    /// <summary>
    /// The limits of a service as a <see cref="PartitionedRateLimiter{TResource}"/> of HTTP requests: tenant, endpoint, priority and costs are read from each as the handler does. It shares
    /// the service's quota and line; disposing it does not dispose the service.
    /// </summary>
    /// <param name="limiter">A limiter from dependency injection or from <see cref="Create(string, Action{ServiceRateLimitingOptions})"/>.</param>
    /// <exception cref="ArgumentException">It is of neither origin.</exception>
    public static PartitionedRateLimiter<HttpRequestMessage> AsHttpRateLimiter(this IServiceRateLimiter limiter)
    {
        var own = Own(limiter);
        var routed = new Routed(own.Definition, DefinitionCompiler.Router(own.Definition));
        return new PartitionedPermitLimiter<HttpRequestMessage>(own, Read, owned: null);

        AdmissionRequest Read(HttpRequestMessage request)
        {
            var current = own.Definition;
            var known = Volatile.Read(ref routed);
            if (!ReferenceEquals(current, known.Definition))
            {
                Volatile.Write(ref routed, known = new Routed(current, DefinitionCompiler.Router(current)));
            }

            return RequestReading.Read(request, request.RateLimiting(), known.Router);
        }
    }

    /// <summary>The limits of a service as a <see cref="PartitionedRateLimiter{TResource}"/> of anything. Disposing it does not dispose the service.</summary>
    /// <typeparam name="TResource">What leases are acquired for.</typeparam>
    /// <param name="limiter">A limiter from dependency injection or from <see cref="Create(string, Action{ServiceRateLimitingOptions})"/>.</param>
    /// <param name="requestOf">What is asked for a resource. Called for each acquisition, concurrently; it must be fast and must not throw.</param>
    /// <exception cref="ArgumentException">The limiter is of neither origin.</exception>
    public static PartitionedRateLimiter<TResource> AsPartitionedRateLimiter<TResource>(this IServiceRateLimiter limiter, Func<TResource, AdmissionRequest> requestOf)
    {
        ArgumentNullException.ThrowIfNull(requestOf);
        return new PartitionedPermitLimiter<TResource>(Own(limiter), requestOf, owned: null);
    }

    /// <summary>A definition and the router of its endpoints: replaced together, so that no request is routed by those of another definition.</summary>
    private sealed record Routed(ServiceDefinition Definition, EndpointRouter Router);

    private static ServiceLimiter Own(IServiceRateLimiter limiter)
    {
        ArgumentNullException.ThrowIfNull(limiter);
        return limiter as ServiceLimiter ?? throw new ArgumentException("The limiter must come from dependency injection or from RateLimiters.Create.", nameof(limiter));
    }
}
