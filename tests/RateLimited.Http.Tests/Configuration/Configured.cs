using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RateLimited.Http.Tests.Configuration;

/// <summary>Configuration and containers of tests.</summary>
internal static class Configured
{
    public static IConfigurationRoot Json(string json) => new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();

    /// <summary>The section of a service named <c>a</c>.</summary>
    public static IConfigurationRoot Service(string json) => Json($$"""{ "RateLimiting": { "Services": { "a": {{json}} } } }""");

    public static ServiceProvider Container(IConfiguration? configuration, Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        if (configuration is not null)
        {
            services.AddSingleton(configuration);
        }

        services.AddLogging();
        add(services);
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    /// <summary>What a program that uses the service <c>a</c> is told.</summary>
    public static IReadOnlyList<string> Faults(IConfiguration? configuration, Action<IServiceCollection>? add = null)
    {
        using var container = Container(configuration, services =>
        {
            services.AddHttpClient("a").AddServiceRateLimiting();
            add?.Invoke(services);
        });
        try
        {
            container.GetRequiredService<IHttpClientFactory>().CreateClient("a").Dispose();
            return [];
        }
        catch (OptionsValidationException faults)
        {
            return [.. faults.Failures];
        }
    }
}
