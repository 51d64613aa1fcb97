using Microsoft.Extensions.Configuration;

namespace RateLimited.Http.Configuration;

/// <summary>Another package that has a section of its own in each service's. All of them are registered with the container.</summary>
internal interface IServiceExtension
{
    /// <summary>The key of the section; one of <see cref="ServiceOptionsReader.Keys"/>.</summary>
    string Section { get; }

    /// <summary>Reads what it adds to a service, or returns null where it adds nothing.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="section">The section, or null where there is none.</param>
    /// <param name="faults">Where to note what cannot be read.</param>
    ServiceAddition? Read(string service, IConfigurationSection? section, FaultList faults);
}
