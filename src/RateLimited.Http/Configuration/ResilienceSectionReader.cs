using Microsoft.Extensions.Configuration;

namespace RateLimited.Http.Configuration;

/// <summary>Reads the section <c>Resilience</c> of a service, with its short forms.</summary>
internal static class ResilienceSectionReader
{
    public static readonly IReadOnlyList<SectionKey<RetryOptions>> RetryKeys =
    [
        new("MaxRetries", static (reader, section, retry) => reader.Number(section, ResilienceBounds.Retries, value => retry.MaxRetries = (int)value)),
        new("Backoff", static (reader, section, retry) => reader.Choice<RetryBackoff>(section, value => retry.Backoff = value)),
        new("BaseDelay", static (reader, section, retry) => reader.Duration(section, ResilienceBounds.BaseDelay, value => retry.BaseDelay = value)),
        new("MaxDelay", static (reader, section, retry) => reader.Duration(section, ResilienceBounds.MaxDelay, value => retry.MaxDelay = value)),
        new("Statuses", static (reader, section, retry) => reader.Statuses(section, retry.Statuses)),
        new("Failures", static (reader, section, retry) => ReadChoices(reader, section, retry.Failures)),
        new("UnsafeMethods", static (reader, section, retry) => reader.Truth(section, value => retry.UnsafeMethods = value)),
        new("MaxReplayBuffer", static (reader, section, retry) => reader.Number(section, ResilienceBounds.ReplayBuffer, value => retry.MaxReplayBuffer = value)),
        new("BudgetPercent", static (reader, section, retry) => reader.Number(section, ResilienceBounds.BudgetPercent, value => retry.BudgetPercent = (int)value)),
        new("BudgetFloor", static (reader, section, retry) => reader.Number(section, ResilienceBounds.BudgetFloor, value => retry.BudgetFloor = (int)value)),
    ];

    public static readonly IReadOnlyList<SectionKey<BreakerOptions>> BreakerKeys =
    [
        new("Enabled", static (reader, section, breaker) => reader.Truth(section, value => breaker.Enabled = value)),
        new("FailurePercent", static (reader, section, breaker) => reader.Number(section, ResilienceBounds.Percent, value => breaker.FailurePercent = (int)value)),
        new("Window", static (reader, section, breaker) => reader.Duration(section, ResilienceBounds.BreakerWindow, value => breaker.Window = value)),
        new("MinimumCalls", static (reader, section, breaker) => reader.Number(section, ResilienceBounds.MinimumCalls, value => breaker.MinimumCalls = (int)value)),
        new("ConsecutiveFailures", static (reader, section, breaker) => reader.Number(section, ResilienceBounds.Consecutive, value => breaker.ConsecutiveFailures = (int)value)),
        new("SlowCall", static (reader, section, breaker) => reader.Duration(section, ResilienceBounds.SlowCall, value => breaker.SlowCall = value)),
        new("SlowPercent", static (reader, section, breaker) => reader.Number(section, ResilienceBounds.Percent, value => breaker.SlowPercent = (int)value)),
        new("Break", static (reader, section, breaker) => reader.Duration(section, ResilienceBounds.Break, value => breaker.Break = value)),
        new("MaxBreak", static (reader, section, breaker) => reader.Duration(section, ResilienceBounds.Break, value => breaker.MaxBreak = value)),
        new("Probes", static (reader, section, breaker) => reader.Number(section, ResilienceBounds.Probes, value => breaker.Probes = (int)value)),
        new("Shared", static (reader, section, breaker) => reader.Truth(section, value => breaker.Shared = value)),
    ];

    public static readonly IReadOnlyList<SectionKey<FallbackOptions>> FallbackKeys =
    [
        new("Client", static (reader, section, fallback) => fallback.Client = reader.Text(section, "the name of an HttpClient")),
        new("StaleFor", static (reader, section, fallback) => reader.Duration(section, ResilienceBounds.StaleFor, value => fallback.StaleFor = value)),
        new("Causes", static (reader, section, fallback) => ReadChoices(reader, section, fallback.Causes)),
    ];

    public static readonly IReadOnlyList<SectionKey<DegradationOptions>> DegradationKeys =
    [
        new("FailurePercent", static (reader, section, degradation) => reader.Number(section, ResilienceBounds.Percent, value => degradation.FailurePercent = (int)value)),
        new("Sheds", static (reader, section, degradation) => reader.Choice<RequestPriority>(section, value => degradation.Sheds = value)),
    ];

    public static readonly IReadOnlyList<SectionKey<HedgingOptions>> HedgingKeys =
    [
        new("Delay", static (reader, section, hedging) => reader.Duration(section, ResilienceBounds.HedgingDelay, value => hedging.Delay = value)),
        new("MaxHedges", static (reader, section, hedging) => reader.Number(section, ResilienceBounds.Hedges, value => hedging.MaxHedges = (int)value)),
    ];

    public static readonly IReadOnlyList<SectionKey<HealthProbeOptions>> HealthKeys =
    [
        new("Address", static (reader, section, health) => health.Address = reader.Text(section, "a path such as '/health'")),
        new("Client", static (reader, section, health) => health.Client = reader.Text(section, "the name of an HttpClient")),
        new("Interval", static (reader, section, health) => reader.Duration(section, ResilienceBounds.Break, value => health.Interval = value)),
        new("Timeout", static (reader, section, health) => reader.Duration(section, ResilienceBounds.Timeout, value => health.Timeout = value)),
        new("FailuresToOpen", static (reader, section, health) => reader.Number(section, ResilienceBounds.Probes, value => health.FailuresToOpen = (int)value)),
        new("SuccessesToClose", static (reader, section, health) => reader.Number(section, ResilienceBounds.Probes, value => health.SuccessesToClose = (int)value)),
    ];

    public static readonly IReadOnlyList<SectionKey<ConnectionOptions>> ConnectionKeys =
    [
        new("Lifetime", static (reader, section, connections) => reader.Duration(section, ResilienceBounds.ConnectionTime, value => connections.Lifetime = value)),
        new("IdleTimeout", static (reader, section, connections) => reader.Duration(section, ResilienceBounds.ConnectionTime, value => connections.IdleTimeout = value)),
        new("ConnectTimeout", static (reader, section, connections) => reader.Duration(section, ResilienceBounds.Timeout, value => connections.ConnectTimeout = value)),
        new("MaxPerServer", static (reader, section, connections) => reader.Number(section, ResilienceBounds.Connections, value => connections.MaxPerServer = (int)value)),
    ];

    public static readonly IReadOnlyList<SectionKey<ResilienceOptions>> Keys =
    [
        new("Enabled", static (reader, section, options) => reader.Truth(section, value => options.Enabled = value)),
        new("TotalTimeout", static (reader, section, options) => reader.Duration(section, ResilienceBounds.Timeout, value => options.TotalTimeout = value)),
        new("AttemptTimeout", static (reader, section, options) => reader.Duration(section, ResilienceBounds.Timeout, value => options.AttemptTimeout = value)),
        new("Retry", static (reader, section, options) => ReadRetry(reader, section, options.Retry)),
        new("Breaker", static (reader, section, options) => reader.Switch(section, value => options.Breaker.Enabled = value, () => reader.Keys(section, options.Breaker, BreakerKeys))),
        new("Fallback", static (reader, section, options) => ReadFallback(reader, section, options.Fallback)),
        new("Degradation", static (reader, section, options) => ReadDegradation(reader, section, options.Degradation)),
        new("Hedging", static (reader, section, options) => ReadHedging(reader, section, options.Hedging)),
        new("HealthProbe", static (reader, section, options) => ReadHealth(reader, section, options.HealthProbe)),
        new("Connections", static (reader, section, options) => reader.Keys(section, options.Connections, ConnectionKeys)),
        new("Redirects", static (reader, section, options) => ReadCount(reader, section, ResilienceBounds.Redirects, value => options.Redirects = value ?? new ResilienceOptions().Redirects)),
    ];

    public static void Read(SectionReader reader, IConfigurationSection section, ResilienceOptions options) =>
        reader.Switch(section, value => options.Enabled = value, () => reader.Keys(section, options, Keys));

    private static void ReadRetry(SectionReader reader, IConfigurationSection section, RetryOptions retry)
    {
        if (SectionReader.IsSection(section))
        {
            reader.Keys(section, retry, RetryKeys);
        }
        else
        {
            ReadCount(reader, section, ResilienceBounds.Retries with { Right = $"{ResilienceBounds.Retries.Right}, or a section" }, value => retry.MaxRetries = value ?? new RetryOptions().MaxRetries);
        }
    }

    /// <summary>A number, or true for the default, which is given as null, and false for zero.</summary>
    private static void ReadCount(SectionReader reader, IConfigurationSection section, NumberRange range, Action<int?> assign)
    {
        if (bool.TryParse(section.Value, out var isOn))
        {
            assign(isOn ? null : 0);
        }
        else
        {
            reader.Number(section, range with { Right = $"{range.Right}, true or false" }, value => assign((int)value));
        }
    }

    private static void ReadChoices<T>(SectionReader reader, IConfigurationSection section, IList<T> choices)
        where T : struct, Enum
    {
        foreach (var element in reader.List(section, $"such as [ \"{Enum.GetNames<T>()[0]}\" ]"))
        {
            reader.Choice<T>(element, choices.Add);
        }
    }

    private static void ReadDegradation(SectionReader reader, IConfigurationSection section, DegradationOptions degradation)
    {
        if (SectionReader.IsSection(section))
        {
            reader.Keys(section, degradation, DegradationKeys);
        }
        else
        {
            reader.Number(section, ResilienceBounds.Percent with { Right = $"{ResilienceBounds.Percent.Right}, or a section" }, value => degradation.FailurePercent = (int)value);
        }
    }

    private static void ReadHedging(SectionReader reader, IConfigurationSection section, HedgingOptions hedging)
    {
        if (SectionReader.IsSection(section))
        {
            reader.Keys(section, hedging, HedgingKeys);
        }
        else
        {
            reader.Duration(section, ResilienceBounds.HedgingDelay with { Right = $"{ResilienceBounds.HedgingDelay.Right}, or a section" }, value => hedging.Delay = value);
        }
    }

    private static void ReadHealth(SectionReader reader, IConfigurationSection section, HealthProbeOptions health)
    {
        if (SectionReader.IsSection(section))
        {
            reader.Keys(section, health, HealthKeys);
        }
        else
        {
            health.Address = reader.Text(section, "a path such as '/health', or a section");
        }
    }

    private static void ReadFallback(SectionReader reader, IConfigurationSection section, FallbackOptions fallback)
    {
        if (SectionReader.IsSection(section))
        {
            reader.Keys(section, fallback, FallbackKeys);
        }
        else
        {
            fallback.Client = reader.Text(section, "the name of an HttpClient, or a section");
        }
    }
}
