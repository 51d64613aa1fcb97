using Microsoft.Extensions.Configuration;

namespace RateLimited.Http.Configuration;

/// <summary>
/// A configuration as a host would read it, without a host: all services of its section with all that is wrong, found by the validation that a host starts with. What programs set up in
/// code is not in it.
/// </summary>
/// <param name="Services">The services' options by name, whether they are right or not.</param>
/// <param name="GlobalLimits">The limits over all services.</param>
internal sealed record InspectedConfiguration(IReadOnlyDictionary<string, ServiceRateLimitingOptions> Services, IReadOnlyList<LimitOptions> GlobalLimits)
{
    /// <summary>What is wrong.</summary>
    public required IReadOnlyList<Fault> Faults { get; init; }

    /// <summary>How many faults there are besides.</summary>
    public required int UnlistedFaults { get; init; }

    public static InspectedConfiguration Of(IConfiguration configuration)
    {
        var global = new RateLimitingOptions();
        RateLimitingOptionsReader.Read(configuration, global);
        var globalFaults = RateLimitingOptionsFaults.Of(global);
        List<FaultList> faults = [globalFaults];
        var services = new Dictionary<string, ServiceRateLimitingOptions>(StringComparer.OrdinalIgnoreCase);
        foreach (var section in configuration.GetSection(RateLimitingOptionsReader.ServicesPath).GetChildren())
        {
            var service = new ServiceRateLimitingOptions();
            ServiceOptionsReader.Read(section, service);
            services[section.Key] = service;
            faults.Add(ServiceOptionsFaults.Of(section.Key, service, globalFaults.Count == 0 ? global.GlobalLimits : null, hasDirectory: global.File.Directory is not null));
        }

        return new InspectedConfiguration(services, [.. global.GlobalLimits])
        {
            Faults = [.. faults.SelectMany(static list => list.All)],
            UnlistedFaults = faults.Sum(static list => list.Unlisted),
        };
    }
}
