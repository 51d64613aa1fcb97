using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Caching.Configuration;

/// <summary>What both sections of this package need in a container.</summary>
internal static class SectionRegistration
{
    public static void AddSection<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TExtension, TOptions>(this IHttpClientBuilder builder, Action<TOptions> configure)
        where TExtension : class, IServiceExtension
    {
        var client = builder.Name;
        builder.Services.AddRateLimitingCore();
        builder.Services.TryAddSingleton<TExtension>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceExtension, TExtension>(static provider => provider.GetRequiredService<TExtension>()));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHttpMessageHandlerBuilderFilter, CachingFilter>());
        builder.Services.Configure<ExtensionRegistrations<TOptions>>(registrations => registrations.AddClient(client, configure));
    }
}
