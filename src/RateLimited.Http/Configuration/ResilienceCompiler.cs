using System.Collections.Frozen;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Resilience;

namespace RateLimited.Http.Configuration;

/// <summary>Turns valid options of resilience into the rule that the rooms below work with.</summary>
internal static class ResilienceCompiler
{
    public static ResilienceRule Rule(ResilienceOptions options) => !options.Enabled
        ? new ResilienceRule { MaxRedirects = options.Redirects }
        : new ResilienceRule
        {
            MaxRedirects = options.Redirects,
            Fallback = Fallback(options.Fallback),
            Health = Health(options.HealthProbe),
            Hedging = options.Hedging.Delay is { } delay ? new HedgingRule(delay, options.Hedging.MaxHedges) : null,
            Degradation = options.Degradation.FailurePercent is { } percent ? new DegradationRule(percent, options.Degradation.Sheds) : null,
            TotalTimeout = options.TotalTimeout,
            AttemptTimeout = options.AttemptTimeout,
            Retry = options.Retry.MaxRetries > 0 ? Retry(options.Retry) : null,
            Breaker = options.Breaker.Enabled ? Breaker(options.Breaker) : null,
        };

    public static ConnectionSettings Connections(ConnectionOptions options) => new(options.Lifetime, options.IdleTimeout, options.ConnectTimeout, options.MaxPerServer);

    private static HealthRule? Health(HealthProbeOptions options) => options.Address is not { } address ? null : new(
        options.Client,
        new Uri(address, address.StartsWith('/') ? UriKind.Relative : UriKind.RelativeOrAbsolute),
        options.Interval,
        options.Timeout,
        options.FailuresToOpen,
        options.SuccessesToClose);

    private static FallbackRule? Fallback(FallbackOptions options) => options is { Client: null, StaleFor: null, Respond: null } ? null : new()
    {
        Causes = options.Causes.Count == 0 ? FallbackRule.AllCauses : options.Causes.ToFrozenSet(),
        Client = options.Client,
        StaleFor = options.StaleFor.GetValueOrDefault().Ticks,
        Respond = options.Respond is { } respond ? new FallbackStep(respond) : null,
    };

    private static RetryRule Retry(RetryOptions options) => new()
    {
        MaxRetries = options.MaxRetries,
        Backoff = options.Backoff,
        BaseDelay = options.BaseDelay.Ticks,
        MaxDelay = options.MaxDelay.Ticks,
        Statuses = options.Statuses.Count == 0 ? RetryRule.UsualStatuses : options.Statuses.ToFrozenSet(),
        Failures = options.Failures.Count == 0 ? RetryRule.AllFailures : options.Failures.ToFrozenSet(),
        UnsafeMethods = options.UnsafeMethods,
        MaxReplayBuffer = options.MaxReplayBuffer,
        BudgetPercent = options.BudgetPercent,
        BudgetFloor = options.BudgetFloor,
    };

    private static BreakerRule Breaker(BreakerOptions options) => new()
    {
        FailurePercent = options.FailurePercent,
        Window = options.Window.Ticks,
        MinimumCalls = options.MinimumCalls,
        ConsecutiveFailures = options.ConsecutiveFailures,
        SlowCall = options.SlowCall.GetValueOrDefault().Ticks,
        SlowPercent = options.SlowPercent,
        Break = options.Break.Ticks,
        MaxBreak = options.MaxBreak.Ticks,
        Probes = options.Probes,
        IsShared = options.Shared,
    };
}
