using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.Admission.Sharing;

namespace RateLimited.Http.Configuration;

/// <summary>Refuses what holds over all services unless all of it is right.</summary>
internal sealed class RateLimitingOptionsValidator : IValidateOptions<RateLimitingOptions>
{
    public ValidateOptionsResult Validate(string? name, RateLimitingOptions options) => RateLimitingOptionsFaults.Of(options).Result();
}

/// <summary>Refuses a service's options unless all of them are right.</summary>
internal sealed class ServiceOptionsValidator(IOptionsFactory<RateLimitingOptions> global, IEnumerable<ISharedStore> stores) : IValidateOptions<ServiceRateLimitingOptions>
{
    public ValidateOptionsResult Validate(string? name, ServiceRateLimitingOptions options) =>
        string.IsNullOrEmpty(name) ? ValidateOptionsResult.Skip : ServiceOptionsFaults.Of(name, options, GlobalLimits(), [.. stores]).Result();

    /// <summary>Null where they are wrong themselves, which is reported in their own place.</summary>
    private IList<LimitOptions>? GlobalLimits()
    {
        try
        {
            return global.Create(Options.DefaultName).GlobalLimits;
        }
        catch (OptionsValidationException)
        {
            return null;
        }
    }
}

/// <summary>Nothing but a hook: a host validates it at start-up, and with it everything.</summary>
internal sealed class StartupValidation;

/// <summary>Makes the registry at start-up, which loads everything or fails with all faults.</summary>
internal sealed class StartupValidator(IServiceProvider services) : IValidateOptions<StartupValidation>
{
    public ValidateOptionsResult Validate(string? name, StartupValidation options)
    {
        try
        {
            services.GetRequiredService<ServiceRegistry>();
            return ValidateOptionsResult.Success;
        }
        catch (OptionsValidationException faults)
        {
            return ValidateOptionsResult.Fail(faults.Failures);
        }
    }
}
