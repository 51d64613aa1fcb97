using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace RateLimited.Http.Configuration;

/// <summary>
/// Fills the options of a service: from the section it was given, or else from <c>RateLimiting:Services</c>, or else from what all clients were given. Delegates of
/// the service's own come after it.
/// </summary>
internal sealed class ServiceOptionsSource(IOptions<ServiceRegistrations> registrations, IEnumerable<IServiceExtension> extensions, IConfiguration? configuration = null)
    : IConfigureNamedOptions<ServiceRateLimitingOptions>
{
    public void Configure(ServiceRateLimitingOptions options)
    {
    }

    public void Configure(string? name, ServiceRateLimitingOptions options)
    {
        if (string.IsNullOrEmpty(name))
        {
            return;
        }

        var known = registrations.Value;
        if ((known.SectionOf(name) ?? SectionOf(name)) is { } section)
        {
            ServiceOptionsReader.Read(section, options);
        }
        else if (!known.IsNamedService(name))
        {
            foreach (var configure in known.Defaults)
            {
                configure(options);
            }
        }

        foreach (var configure in known.KeysOf(name))
        {
            configure(options.Keys);
        }

        Add(name, options);
    }

    /// <summary>What other packages add to the service, each from its section if there is one.</summary>
    private void Add(string name, ServiceRateLimitingOptions options)
    {
        foreach (var extension in extensions)
        {
            if (extension.Read(name, options.Sections.TryGetValue(extension.Section, out var section) ? section : null, options.Faults) is { } addition)
            {
                options.Additions.Add(addition);
            }

            options.Sections.Remove(extension.Section);
        }

        foreach (var (key, section) in options.Sections)
        {
            options.Faults.Add(section.Path, "a section", $"no section, or the package that reads it: {PackageOf(key)} behind AddServiceRateLimiting()");
        }
    }

    private static string PackageOf(string key) => key.ToUpperInvariant() switch
    {
        "CACHE" => "RateLimited.Http.Caching, with AddResponseCache()",
        "REDUNDANCY" => "RateLimited.Http.Caching, with AddRedundancyReport()",
        _ => "RateLimited.Http.AI, with AddTokenCosts()",
    };

    /// <summary>By enumeration and not by path, for a name may hold the colon that parts keys.</summary>
    private IConfigurationSection? SectionOf(string service) =>
        configuration?.GetSection(RateLimitingOptionsReader.ServicesPath).GetChildren().FirstOrDefault(child => child.Key.Equals(service, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Fills what holds over all services.</summary>
internal sealed class RateLimitingOptionsSource(IEnumerable<PackageSection> packages, IConfiguration? configuration = null) : IConfigureOptions<RateLimitingOptions>
{
    public void Configure(RateLimitingOptions options)
    {
        if (configuration is null)
        {
            return;
        }

        RateLimitingOptionsReader.Read(configuration, options);
        foreach (var (key, section) in options.Sections)
        {
            if (!packages.Any(package => package.Key.Equals(key, StringComparison.OrdinalIgnoreCase)))
            {
                options.Faults.Add(section.Path, "a section", $"no section, or the package that reads it: {PackageOf(key)}");
            }
        }
    }

    private static string PackageOf(string key) => key.ToUpperInvariant() switch
    {
        "REDIS" => "RateLimited.Http.Redis, with services.AddRateLimitingRedis()",
        "ALERTS" => "RateLimited.Http.Alerts, with services.AddRateLimitAlerts()",
        _ => "RateLimited.Http.History, with services.AddRateLimitHistory()",
    };
}
