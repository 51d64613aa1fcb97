namespace RateLimited.Http.Configuration;

/// <summary>What can be wrong with the options of resilience.</summary>
internal static class ResilienceFaults
{
    /// <summary>A list of more statuses than there are is a mistake.</summary>
    private const int MaxStatuses = 200;

    public static void Check(FaultList faults, string path, ResilienceOptions options)
    {
        faults.Duration($"{path}:TotalTimeout", options.TotalTimeout, ResilienceBounds.Timeout);
        faults.Duration($"{path}:AttemptTimeout", options.AttemptTimeout, ResilienceBounds.Timeout);
        if (options.AttemptTimeout > options.TotalTimeout)
        {
            faults.Add($"{path}:AttemptTimeout", Fault.Quote(options.AttemptTimeout), $"at most the TotalTimeout, {Fault.Quote(options.TotalTimeout)}");
        }

        CheckDegradation(faults, $"{path}:Degradation", options);
        faults.Duration($"{path}:Hedging:Delay", options.Hedging.Delay, ResilienceBounds.HedgingDelay);
        faults.Number($"{path}:Hedging:MaxHedges", options.Hedging.MaxHedges, ResilienceBounds.Hedges);
        faults.Duration($"{path}:Connections:Lifetime", options.Connections.Lifetime, ResilienceBounds.ConnectionTime);
        faults.Duration($"{path}:Connections:IdleTimeout", options.Connections.IdleTimeout, ResilienceBounds.ConnectionTime);
        faults.Duration($"{path}:Connections:ConnectTimeout", options.Connections.ConnectTimeout, ResilienceBounds.Timeout);
        faults.Number($"{path}:Connections:MaxPerServer", options.Connections.MaxPerServer ?? 1, ResilienceBounds.Connections);
        CheckHealth(faults, $"{path}:HealthProbe", options.HealthProbe);
        CheckFallback(faults, $"{path}:Fallback", options.Fallback);
        faults.Number($"{path}:Redirects", options.Redirects, ResilienceBounds.Redirects);
        CheckRetry(faults, $"{path}:Retry", options.Retry);
        CheckBreaker(faults, $"{path}:Breaker", options.Breaker);
    }

    private static void CheckDegradation(FaultList faults, string path, ResilienceOptions options)
    {
        if (options.Degradation.FailurePercent is { } percent)
        {
            faults.Number($"{path}:FailurePercent", percent, ResilienceBounds.Percent);
            if (!options.Breaker.Enabled)
            {
                faults.Add($"{path}:FailurePercent", Fault.Quote(percent), "nothing, or a Breaker that is enabled, since its window is counted in");
            }
            else if (percent >= options.Breaker.FailurePercent)
            {
                faults.Add($"{path}:FailurePercent", Fault.Quote(percent), $"less than the Breaker's FailurePercent, {Fault.Quote(options.Breaker.FailurePercent)}");
            }
        }

        faults.Choice($"{path}:Sheds", options.Degradation.Sheds);
    }

    private static void CheckHealth(FaultList faults, string path, HealthProbeOptions health)
    {
        if (health.Address is not null && !IsAddress(health.Address))
        {
            faults.Add($"{path}:Address", Fault.Quote(health.Address), "a path such as '/health', or an absolute address of http or https");
        }

        faults.Duration($"{path}:Interval", health.Interval, ResilienceBounds.Break);
        faults.Duration($"{path}:Timeout", health.Timeout, ResilienceBounds.Timeout);
        faults.Number($"{path}:FailuresToOpen", health.FailuresToOpen, ResilienceBounds.Probes);
        faults.Number($"{path}:SuccessesToClose", health.SuccessesToClose, ResilienceBounds.Probes);
    }

    /// <summary>On Unix a path alone reads as the address of a file.</summary>
    private static bool IsAddress(string text) =>
        text.StartsWith('/') ? Uri.IsWellFormedUriString(text, UriKind.Relative) : Uri.TryCreate(text, UriKind.Absolute, out var address)
            ? address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps
            : Uri.IsWellFormedUriString(text, UriKind.Relative);

    private static void CheckFallback(FaultList faults, string path, FallbackOptions fallback)
    {
        faults.Duration($"{path}:StaleFor", fallback.StaleFor, ResilienceBounds.StaleFor);
        if (fallback.Client is not null && string.IsNullOrWhiteSpace(fallback.Client))
        {
            faults.Add($"{path}:Client", Fault.Quote(fallback.Client), "the name of an HttpClient");
        }

        for (var i = 0; i < fallback.Causes.Count; i++)
        {
            faults.Choice($"{path}:Causes:{i}", fallback.Causes[i]);
        }
    }

    private static void CheckRetry(FaultList faults, string path, RetryOptions retry)
    {
        faults.Number($"{path}:MaxRetries", retry.MaxRetries, ResilienceBounds.Retries);
        faults.Choice($"{path}:Backoff", retry.Backoff);
        faults.Duration($"{path}:BaseDelay", retry.BaseDelay, ResilienceBounds.BaseDelay);
        faults.Duration($"{path}:MaxDelay", retry.MaxDelay, ResilienceBounds.MaxDelay);
        if (retry.BaseDelay > retry.MaxDelay)
        {
            faults.Add($"{path}:BaseDelay", Fault.Quote(retry.BaseDelay), $"at most the MaxDelay, {Fault.Quote(retry.MaxDelay)}");
        }

        faults.Number($"{path}:MaxReplayBuffer", retry.MaxReplayBuffer, ResilienceBounds.ReplayBuffer);
        faults.Number($"{path}:BudgetPercent", retry.BudgetPercent, ResilienceBounds.BudgetPercent);
        faults.Number($"{path}:BudgetFloor", retry.BudgetFloor, ResilienceBounds.BudgetFloor);
        CheckStatuses(faults, $"{path}:Statuses", retry.Statuses);
        for (var i = 0; i < retry.Failures.Count; i++)
        {
            faults.Choice($"{path}:Failures:{i}", retry.Failures[i]);
        }
    }

    /// <summary>A list of statuses of failures.</summary>
    public static void CheckStatuses(FaultList faults, string path, IList<int> statuses)
    {
        if (statuses.Count > MaxStatuses)
        {
            faults.Add(path, $"{statuses.Count} statuses", $"at most {MaxStatuses}");
            return;
        }

        for (var i = 0; i < statuses.Count; i++)
        {
            faults.Number($"{path}:{i}", statuses[i], ResilienceBounds.Status);
        }
    }

    private static void CheckBreaker(FaultList faults, string path, BreakerOptions breaker)
    {
        faults.Number($"{path}:FailurePercent", breaker.FailurePercent, ResilienceBounds.Percent);
        faults.Duration($"{path}:Window", breaker.Window, ResilienceBounds.BreakerWindow);
        faults.Number($"{path}:MinimumCalls", breaker.MinimumCalls, ResilienceBounds.MinimumCalls);
        faults.Number($"{path}:ConsecutiveFailures", breaker.ConsecutiveFailures, ResilienceBounds.Consecutive);
        faults.Duration($"{path}:SlowCall", breaker.SlowCall, ResilienceBounds.SlowCall);
        faults.Number($"{path}:SlowPercent", breaker.SlowPercent, ResilienceBounds.Percent);
        faults.Duration($"{path}:Break", breaker.Break, ResilienceBounds.Break);
        faults.Duration($"{path}:MaxBreak", breaker.MaxBreak, ResilienceBounds.Break);
        if (breaker.Break > breaker.MaxBreak)
        {
            faults.Add($"{path}:Break", Fault.Quote(breaker.Break), $"at most the MaxBreak, {Fault.Quote(breaker.MaxBreak)}");
        }

        faults.Number($"{path}:Probes", breaker.Probes, ResilienceBounds.Probes);
    }
}
