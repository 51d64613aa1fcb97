using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Alerts.Configuration;

/// <summary>Fills the options from <c>RateLimiting:Alerts</c>. Delegates of the program's come after it.</summary>
internal sealed class AlertOptionsSource(IConfiguration? configuration = null) : IConfigureOptions<AlertOptions>
{
    /// <summary>Where the alerts are configured; null where nothing is.</summary>
    public IConfigurationSection? Section { get; } = configuration?.GetSection(RateLimitingOptionsReader.Root).GetSection(AlertSectionReader.Name);

    public void Configure(AlertOptions options)
    {
        if (Section is not null)
        {
            AlertSectionReader.Read(Section, options);
        }
    }
}

/// <summary>Refuses alerts unless all of them are right.</summary>
internal sealed class AlertOptionsValidator : IValidateOptions<AlertOptions>
{
    public ValidateOptionsResult Validate(string? name, AlertOptions options) => AlertFaults.Of(options).Result();
}
