using Microsoft.Extensions.Configuration;
using RateLimited.Http.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps the requests of an <see cref="HttpClient"/> inside its service's limits.</summary>
public static class ServiceRateLimitingHttpClientBuilderExtensions
{
    /// <summary>
    /// Limits the client by the service of its own name, configured in <c>RateLimiting:Services:{name}</c>. In <c>ConfigureHttpClientDefaults</c>: each client by the
    /// service of its name; one that has no such section passes untouched. Called again for one client, it changes nothing.
    /// </summary>
    /// <param name="builder">The client.</param>
    public static IHttpClientBuilder AddServiceRateLimiting(this IHttpClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddClient(OwnService(builder));
    }

    /// <summary>Limits the client by a service, which it may share with other clients: all of them draw on one quota.</summary>
    /// <param name="builder">The client, or all of them in <c>ConfigureHttpClientDefaults</c>.</param>
    /// <param name="service">The service's name, configured in <c>RateLimiting:Services:{service}</c> or in code.</param>
    public static IHttpClientBuilder AddServiceRateLimiting(this IHttpClientBuilder builder, string service)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(service);
        return builder.AddClient(service);
    }

    /// <summary>Limits the client by the service of its own name, configured in a section of any place.</summary>
    /// <param name="builder">The client. In <c>ConfigureHttpClientDefaults</c>: every client that has no configuration of its own, each with limits of its own.</param>
    /// <param name="section">The section, laid out like one under <c>RateLimiting:Services</c>. Its changes are followed.</param>
    public static IHttpClientBuilder AddServiceRateLimiting(this IHttpClientBuilder builder, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(section);
        var service = OwnService(builder);
        builder.Services.Configure<ServiceRegistrations>(registrations =>
        {
            if (service is null)
            {
                registrations.AddDefault(section);
            }
            else
            {
                registrations.AddSection(service, section);
            }
        });
        return builder.AddClient(service);
    }

    /// <summary>Limits the client by the service of its own name, configured in code, on top of its section if there is one.</summary>
    /// <param name="builder">The client. In <c>ConfigureHttpClientDefaults</c>: every client that has no configuration of its own, each with limits of its own.</param>
    /// <param name="configure">Sets up the service. What is wrong is reported at start-up, all faults at once.</param>
    public static IHttpClientBuilder AddServiceRateLimiting(this IHttpClientBuilder builder, Action<ServiceRateLimitingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var service = OwnService(builder);
        builder.AddClient(service);
        if (service is null)
        {
            builder.Services.Configure<ServiceRegistrations>(registrations => registrations.AddDefault(configure));
        }
        else
        {
            builder.Services.Configure(service, configure);
        }

        return builder;
    }

    /// <summary>The service of the client's name; null stands for all clients, each by its own.</summary>
    private static string? OwnService(IHttpClientBuilder builder) =>
        builder.Name is null || !string.IsNullOrWhiteSpace(builder.Name)
            ? builder.Name
            : throw new ArgumentException("A client without a name has no service of its name: name the client, or give AddServiceRateLimiting the service's name.", nameof(builder));

    private static IHttpClientBuilder AddClient(this IHttpClientBuilder builder, string? service)
    {
        var client = builder.Name;
        builder.Services.AddRateLimitingCore();
        builder.Services.Configure<ServiceRegistrations>(registrations =>
        {
            if (client is null)
            {
                registrations.AddAllClients(service);
            }
            else
            {
                registrations.AddClient(client, service ?? client);
            }
        });
        return builder.AddRateLimitingHandler();
    }
}
