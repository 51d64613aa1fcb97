using RateLimited.Http.Alerts.Rules;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Alerts.Configuration;

/// <summary>What can be wrong with the alerts but for their sinks.</summary>
internal static class AlertFaults
{
    public const string Root = $"{RateLimitingOptionsReader.Root}:{AlertSectionReader.Name}";

    public static FaultList Of(AlertOptions options)
    {
        var faults = new FaultList();
        faults.Duration($"{Root}:Interval", options.Interval, AlertBounds.Interval);
        faults.Duration($"{Root}:GroupInterval", options.GroupInterval, AlertBounds.GroupInterval);
        faults.Number($"{Root}:History", options.History, AlertBounds.History);
        faults.Duration($"{Root}:Delivery:Timeout", options.Delivery.Timeout, AlertBounds.Timeout);
        faults.Duration($"{Root}:Delivery:GiveUpAfter", options.Delivery.GiveUpAfter, AlertBounds.GiveUpAfter);
        faults.Number($"{Root}:Delivery:Outbox", options.Delivery.Outbox, AlertBounds.Outbox);
        if (options.Source is { } source && (source.Length is 0 or > OptionBounds.MaxNameLength || source.Any(char.IsControl)))
        {
            faults.Add($"{Root}:Source", Fault.Quote(source), AlertBounds.Source);
        }

        CheckQuiet(faults, options.QuietHours);
        CheckRules(faults, $"{Root}:Rules", options.Rules, everywhere: null, isService: false);
        foreach (var (service, rules) in options.Services)
        {
            CheckRules(faults, $"{Root}:Services:{service}", rules, options.Rules, isService: true);
        }

        SinkFaults.Check(faults, options);
        return faults.Over(options.Faults);
    }

    public static void CheckZone(FaultList faults, string path, string? zone)
    {
        if (zone is not null && !LimitFaults.TryZone(zone, out _))
        {
            faults.Add(path, Fault.Quote(zone), LimitFaults.Zone);
        }
    }

    private static void CheckQuiet(FaultList faults, QuietHoursOptions? quiet)
    {
        if (quiet is null)
        {
            return;
        }

        if (quiet.From is null || quiet.To is null)
        {
            faults.Add($"{Root}:QuietHours:{(quiet.From is null ? "From" : "To")}", Fault.Missing, AlertBounds.TimeOfDay);
        }
        else if (quiet.From == quiet.To)
        {
            faults.Add($"{Root}:QuietHours:To", "the same as From", "another time of day, or no QuietHours");
        }

        CheckZone(faults, $"{Root}:QuietHours:TimeZone", quiet.TimeZone);
        faults.Choice($"{Root}:QuietHours:Passes", quiet.Passes);
    }

    private static void CheckRules(FaultList faults, string path, IDictionary<string, AlertRuleOptions> rules, IDictionary<string, AlertRuleOptions>? everywhere, bool isService)
    {
        foreach (var (name, options) in rules)
        {
            if (RuleCompiler.Find(name) is not { } rule)
            {
                var near = NearestWord.To(name, RuleCompiler.Names);
                faults.Add($"{path}:{name}", "unknown rule", near is null ? $"one of {string.Join(", ", RuleCompiler.Names)}" : $"perhaps '{near}'; known are {string.Join(", ", RuleCompiler.Names)}");
            }
            else if (isService && rule.OfService is null)
            {
                faults.Add($"{path}:{name}", "a rule over the whole process", $"it in {Root}:Rules");
            }
            else
            {
                CheckRule(faults, $"{path}:{name}", rule, options, everywhere is not null && everywhere.TryGetValue(name, out var all) ? all : null);
            }
        }
    }

    private static void CheckRule(FaultList faults, string path, AlertRule rule, AlertRuleOptions options, AlertRuleOptions? everywhere)
    {
        faults.Duration($"{path}:For", options.For, AlertBounds.For);
        faults.Duration($"{path}:RecoverFor", options.RecoverFor, AlertBounds.For);

        if (options.MinimumCalls is { } minimumCalls)
        {
            faults.Number($"{path}:MinimumCalls", minimumCalls, AlertBounds.MinimumCalls);
            if (!rule.CountsCalls)
            {
                faults.Add($"{path}:MinimumCalls", Fault.Quote(minimumCalls), "nothing: this rule does not depend on how many calls there were");
            }
        }

        faults.Choice($"{path}:Severity", options.Severity);

        CheckThresholds(faults, path, rule, options, everywhere);
    }

    private static void CheckThresholds(FaultList faults, string path, AlertRule rule, AlertRuleOptions options, AlertRuleOptions? everywhere)
    {
        foreach (var (key, value) in new[] { ("Above", options.Above), ("RecoverAt", options.RecoverAt) })
        {
            if (value is not { } amount)
            {
                continue;
            }

            if (rule.Unit == RuleUnit.State)
            {
                faults.Add($"{path}:{key}", Fault.Quote(amount), "nothing: this rule has no threshold");
                return;
            }

            if (!AlertBounds.Threshold.Contains(amount))
            {
                faults.Add($"{path}:{key}", Fault.Quote(amount), AlertBounds.Threshold.Right);
                return;
            }
        }

        var settings = RuleCompiler.Compile(rule, everywhere, options);
        if (settings.RecoverAt > settings.Above)
        {
            faults.Add($"{path}:RecoverAt", Fault.Quote((decimal)settings.RecoverAt), $"at most {Fault.Quote((decimal)settings.Above)}, above which the rule fires");
        }
    }
}
