namespace RateLimited.Http.Configuration;

/// <summary>What can be wrong with the options of resilience.</summary>
internal static class ResilienceFaults
{
    /// <summary>A list of more statuses than there are is a mistake.</summary>
    private const int MaxStatuses = 200;

    public static void Check(FaultList faults, string path, ResilienceOptions options)
    {
        Duration(faults, $"{path}:TotalTimeout", options.TotalTimeout, ResilienceBounds.Timeout);
        Duration(faults, $"{path}:AttemptTimeout", options.AttemptTimeout, ResilienceBounds.Timeout);
        if (options.AttemptTimeout > options.TotalTimeout)
        {
            faults.Add($"{path}:AttemptTimeout", Fault.Quote(options.AttemptTimeout), $"at most the TotalTimeout, {Fault.Quote(options.TotalTimeout)}");
        }

        CheckDegradation(faults, $"{path}:Degradation", options);
        Duration(faults, $"{path}:Hedging:Delay", options.Hedging.Delay, ResilienceBounds.HedgingDelay);
        Number(faults, $"{path}:Hedging:MaxHedges", options.Hedging.MaxHedges, ResilienceBounds.Hedges);
        Duration(faults, $"{path}:Connections:Lifetime", options.Connections.Lifetime, ResilienceBounds.ConnectionTime);
        Duration(faults, $"{path}:Connections:IdleTimeout", options.Connections.IdleTimeout, ResilienceBounds.ConnectionTime);
        Duration(faults, $"{path}:Connections:ConnectTimeout", options.Connections.ConnectTimeout, ResilienceBounds.Timeout);
        Number(faults, $"{path}:Connections:MaxPerServer", options.Connections.MaxPerServer ?? 1, ResilienceBounds.Connections);
        CheckHealth(faults, $"{path}:HealthProbe", options.HealthProbe);
        CheckFallback(faults, $"{path}:Fallback", options.Fallback);
        Number(faults, $"{path}:Redirects", options.Redirects, ResilienceBounds.Redirects);
        CheckRetry(faults, $"{path}:Retry", options.Retry);
        CheckBreaker(faults, $"{path}:Breaker", options.Breaker);
    }

    private static void CheckDegradation(FaultList faults, string path, ResilienceOptions options)
    {
        if (options.Degradation.FailurePercent is { } percent)
        {
            Number(faults, $"{path}:FailurePercent", percent, ResilienceBounds.Percent);
            if (!options.Breaker.Enabled)
            {
                faults.Add($"{path}:FailurePercent", Fault.Quote(percent), "nothing, or a Breaker that is enabled, since its window is counted in");
            }
            else if (percent >= options.Breaker.FailurePercent)
            {
                faults.Add($"{path}:FailurePercent", Fault.Quote(percent), $"less than the Breaker's FailurePercent, {Fault.Quote(options.Breaker.FailurePercent)}");
            }
        }

        Choice(faults, $"{path}:Sheds", options.Degradation.Sheds);
    }

    private static void CheckHealth(FaultList faults, string path, HealthProbeOptions health)
    {
        if (health.Address is not null && !IsAddress(health.Address))
        {
            faults.Add($"{path}:Address", Fault.Quote(health.Address), "a path such as '/health', or an absolute address of http or https");
        }

        Duration(faults, $"{path}:Interval", health.Interval, ResilienceBounds.Break);
        Duration(faults, $"{path}:Timeout", health.Timeout, ResilienceBounds.Timeout);
        Number(faults, $"{path}:FailuresToOpen", health.FailuresToOpen, ResilienceBounds.Probes);
        Number(faults, $"{path}:SuccessesToClose", health.SuccessesToClose, ResilienceBounds.Probes);
    }

    /// <summary>On Unix a path alone reads as the address of a file.</summary>
    private static bool IsAddress(string text) =>
        text.StartsWith('/') ? Uri.IsWellFormedUriString(text, UriKind.Relative) : Uri.TryCreate(text, UriKind.Absolute, out var address)
            ? address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps
            : Uri.IsWellFormedUriString(text, UriKind.Relative);

    private static void CheckFallback(FaultList faults, string path, FallbackOptions fallback)
    {
        Duration(faults, $"{path}:StaleFor", fallback.StaleFor, ResilienceBounds.StaleFor);
        if (fallback.Client is not null && string.IsNullOrWhiteSpace(fallback.Client))
        {
            faults.Add($"{path}:Client", Fault.Quote(fallback.Client), "the name of an HttpClient");
        }

        for (var i = 0; i < fallback.Causes.Count; i++)
        {
            Choice(faults, $"{path}:Causes:{i}", fallback.Causes[i]);
        }
    }

    private static void CheckRetry(FaultList faults, string path, RetryOptions retry)
    {
        Number(faults, $"{path}:MaxRetries", retry.MaxRetries, ResilienceBounds.Retries);
        Choice(faults, $"{path}:Backoff", retry.Backoff);
        Duration(faults, $"{path}:BaseDelay", retry.BaseDelay, ResilienceBounds.BaseDelay);
        Duration(faults, $"{path}:MaxDelay", retry.MaxDelay, ResilienceBounds.MaxDelay);
        if (retry.BaseDelay > retry.MaxDelay)
        {
            faults.Add($"{path}:BaseDelay", Fault.Quote(retry.BaseDelay), $"at most the MaxDelay, {Fault.Quote(retry.MaxDelay)}");
        }

        Number(faults, $"{path}:MaxReplayBuffer", retry.MaxReplayBuffer, ResilienceBounds.ReplayBuffer);
        Number(faults, $"{path}:BudgetPercent", retry.BudgetPercent, ResilienceBounds.BudgetPercent);
        Number(faults, $"{path}:BudgetFloor", retry.BudgetFloor, ResilienceBounds.BudgetFloor);
        CheckStatuses(faults, $"{path}:Statuses", retry.Statuses);
        for (var i = 0; i < retry.Failures.Count; i++)
        {
            Choice(faults, $"{path}:Failures:{i}", retry.Failures[i]);
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
            Number(faults, $"{path}:{i}", statuses[i], ResilienceBounds.Status);
        }
    }

    private static void CheckBreaker(FaultList faults, string path, BreakerOptions breaker)
    {
        Number(faults, $"{path}:FailurePercent", breaker.FailurePercent, ResilienceBounds.Percent);
        Duration(faults, $"{path}:Window", breaker.Window, ResilienceBounds.BreakerWindow);
        Number(faults, $"{path}:MinimumCalls", breaker.MinimumCalls, ResilienceBounds.MinimumCalls);
        Number(faults, $"{path}:ConsecutiveFailures", breaker.ConsecutiveFailures, ResilienceBounds.Consecutive);
        Duration(faults, $"{path}:SlowCall", breaker.SlowCall, ResilienceBounds.SlowCall);
        Number(faults, $"{path}:SlowPercent", breaker.SlowPercent, ResilienceBounds.Percent);
        Duration(faults, $"{path}:Break", breaker.Break, ResilienceBounds.Break);
        Duration(faults, $"{path}:MaxBreak", breaker.MaxBreak, ResilienceBounds.Break);
        if (breaker.Break > breaker.MaxBreak)
        {
            faults.Add($"{path}:Break", Fault.Quote(breaker.Break), $"at most the MaxBreak, {Fault.Quote(breaker.MaxBreak)}");
        }

        Number(faults, $"{path}:Probes", breaker.Probes, ResilienceBounds.Probes);
    }

    private static void Number(FaultList faults, string path, long value, NumberRange range)
    {
        if (!range.Contains(value))
        {
            faults.Add(path, Fault.Quote(value), range.Right);
        }
    }

    private static void Duration(FaultList faults, string path, TimeSpan? value, DurationRange range)
    {
        if (value is { } duration && !range.Contains(duration))
        {
            faults.Add(path, Fault.Quote(value), range.Right);
        }
    }

    private static void Choice<T>(FaultList faults, string path, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            faults.Add(path, Fault.Quote(value.ToString()), EnumText.Names<T>());
        }
    }
}
