using RateLimited.Http;
using RateLimited.Http.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Gives the requests of an <see cref="HttpClient"/> API keys to go with.</summary>
public static class ApiKeysHttpClientBuilderExtensions
{
    /// <summary>Adds keys to the service that limits the client; each of its requests goes with one of them. Several clients of one service share its keys.</summary>
    /// <param name="builder">The client, limited by <c>AddServiceRateLimiting</c>.</param>
    /// <param name="keys">The keys' texts; see <see cref="ApiKey.Create"/>.</param>
    /// <exception cref="ArgumentException">A text is no key, or the client has no name. The message repeats no text.</exception>
    public static IHttpClientBuilder AddApiKeys(this IHttpClientBuilder builder, params string[] keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ApiKey[] made = [.. keys.Select(ApiKey.Create)];
        return builder.AddApiKeys(pool =>
        {
            pool.IsDeclared = true;
            foreach (var key in made)
            {
                pool.List.Add(new KeyOptions { Value = key });
            }
        });
    }

    /// <summary>Sets up the keys of the service that limits the client, on top of those in its section.</summary>
    /// <param name="builder">The client, limited by <c>AddServiceRateLimiting</c>.</param>
    /// <param name="configure">Sets up the keys. What is wrong is reported at start-up, all faults at once.</param>
    /// <exception cref="ArgumentException">The client has no name: keys belong to one service.</exception>
    public static IHttpClientBuilder AddApiKeys(this IHttpClientBuilder builder, Action<KeyPoolOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        if (string.IsNullOrEmpty(builder.Name))
        {
            throw new ArgumentException("Keys belong to one service: name the client that AddApiKeys is called for.", nameof(builder));
        }

        var client = builder.Name;
        builder.Services.AddRateLimitingCore().Configure<ServiceRegistrations>(registrations => registrations.AddKeys(client, configure));
        return builder;
    }
}
