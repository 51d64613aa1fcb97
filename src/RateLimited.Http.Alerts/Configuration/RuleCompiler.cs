using RateLimited.Http.Alerts.Rules;

namespace RateLimited.Http.Alerts.Configuration;

/// <summary>Makes settings of rules out of options. Pure.</summary>
internal static class RuleCompiler
{
    public static IReadOnlyList<string> Names { get; } = [.. KnownRules.All.Select(static rule => rule.Name)];

    public static AlertRule? Find(string name) => KnownRules.All.FirstOrDefault(rule => rule.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public static RuleBook Book(AlertOptions options) => new(
        KnownRules.All.ToDictionary(static rule => rule.Name, rule => Compile(rule, Of(options.Rules, rule), own: null), StringComparer.Ordinal),
        options.Services.ToDictionary(static service => service.Key, service => (IReadOnlyDictionary<string, RuleSettings>)Own(options, service.Value), StringComparer.OrdinalIgnoreCase));

    /// <summary>What the rule has, under what is set for all services, under what is set for one.</summary>
    public static RuleSettings Compile(AlertRule rule, AlertRuleOptions? everywhere, AlertRuleOptions? own) => Over(Over(rule.Defaults, everywhere), own);

    private static RuleSettings Over(RuleSettings settings, AlertRuleOptions? options) => options is null ? settings : settings with
    {
        Enabled = options.Enabled ?? settings.Enabled,
        Severity = options.Severity ?? settings.Severity,
        Above = (double?)options.Above ?? settings.Above,
        RecoverAt = (double?)options.RecoverAt ?? RecoverAt(settings, options.Above),
        For = options.For ?? settings.For,
        RecoverFor = options.RecoverFor ?? settings.RecoverFor,
        MinimumCalls = options.MinimumCalls ?? settings.MinimumCalls,
    };

    /// <summary>In the same proportion to the threshold as before.</summary>
    private static double RecoverAt(RuleSettings settings, decimal? above) =>
        above is not { } threshold ? settings.RecoverAt : settings.Above > 0 ? settings.RecoverAt * (double)threshold / settings.Above : Math.Min(settings.RecoverAt, (double)threshold);

    private static Dictionary<string, RuleSettings> Own(AlertOptions options, IDictionary<string, AlertRuleOptions> own) =>
        KnownRules.All.Where(rule => own.ContainsKey(rule.Name)).ToDictionary(static rule => rule.Name, rule => Compile(rule, Of(options.Rules, rule), own[rule.Name]), StringComparer.Ordinal);

    private static AlertRuleOptions? Of(IDictionary<string, AlertRuleOptions> rules, AlertRule rule) => rules.TryGetValue(rule.Name, out var options) ? options : null;
}
