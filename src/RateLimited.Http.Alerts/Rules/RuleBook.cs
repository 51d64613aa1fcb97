using RateLimited.Http.Alerts.Readings;

namespace RateLimited.Http.Alerts.Rules;

/// <summary>How all rules are set, for all services and for some of them otherwise. Immutable, and pure.</summary>
/// <param name="everywhere">By a rule's name.</param>
/// <param name="services">By a service's name, and in it by a rule's.</param>
internal sealed class RuleBook(IReadOnlyDictionary<string, RuleSettings> everywhere, IReadOnlyDictionary<string, IReadOnlyDictionary<string, RuleSettings>> services)
{
    public static RuleBook Defaults { get; } = new(
        new Dictionary<string, RuleSettings>(StringComparer.Ordinal),
        new Dictionary<string, IReadOnlyDictionary<string, RuleSettings>>(StringComparer.OrdinalIgnoreCase));

    public RuleSettings Of(AlertRule rule, string? service) =>
        service is not null && services.TryGetValue(service, out var own) && own.TryGetValue(rule.Name, out var settings) ? settings
        : everywhere.GetValueOrDefault(rule.Name) ?? rule.Defaults;

    /// <summary>What all rules that are on see.</summary>
    public IEnumerable<Observation> Observe(Reading reading)
    {
        foreach (var rule in KnownRules.All)
        {
            if (rule.OfProcess is { } ofProcess && Of(rule, service: null) is { Enabled: true } everywhere)
            {
                foreach (var measured in ofProcess(reading.Process, everywhere.MinimumCalls))
                {
                    yield return new Observation(rule, everywhere, Service: null, measured);
                }
            }

            foreach (var service in rule.OfService is null ? [] : reading.Services)
            {
                if (Of(rule, service.Name) is { Enabled: true } settings)
                {
                    foreach (var measured in rule.OfService!(service, settings.MinimumCalls))
                    {
                        yield return new Observation(rule, settings, service.Name, measured);
                    }
                }
            }
        }
    }
}
