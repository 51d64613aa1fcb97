using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Tests.Telemetry;

/// <summary>All that a service can say of itself.</summary>
internal static class TelemetryEvents
{
    public static ServiceStatus Status { get; } = new()
    {
        Service = "api",
        Mode = RateLimitMode.Enforce,
        Limits = [new() { Name = "minute", Unit = UnitCost.Requests, Partition = "service", Quota = 100, Used = 25, Remaining = 75, ResetAfter = null, Partitions = 1 }],
        Keys = [new() { Name = "spare", State = KeyState.Exhausted, OpensIn = null, Headroom = 0.5, InFlight = 0, Requests = 7, Moved = 1 }],
        Line = [new LineStatus(RequestPriority.High, 3)],
        LineCapacity = 10,
        Wait = null,
        InFlight = 2,
        ArrivalGuard = TimeSpan.Zero,
        Pause = TimeSpan.FromSeconds(1.5),
    };

    public static void SayAll(ServiceTelemetry service)
    {
        Each<CheckResult>(service.Checked);
        Each<RejectionReason>(reason => service.Refused(reason, "minute"));
        Each<RequestPriority>(priority => service.Waited(priority, TimeSpan.FromSeconds(1)));
        Each<AttemptResult>(result => service.Attempted(result, TimeSpan.FromSeconds(1)));
        service.Settled("tokens", 0.5);
        service.Unexpected429();
        service.BodyAbandoned();
        service.Reloaded();
        service.ReloadRefused("fault");
        service.StoreLost("LocalShare", "gone");
        service.StoreFound();
        service.LeasesLost();
        service.StoreAsked(isAnswered: true, TimeSpan.FromMilliseconds(1));
        service.StoreAsked(isAnswered: false, TimeSpan.FromMilliseconds(1));
        SayAll(service.Resilience);
        Each<KeyState>(state => service.Keys.Changed("spare", state));
        Count(TagValues.MoveReasons, reason => service.Keys.Moved("spare", reason));
    }

    private static void SayAll(ResilienceTelemetry resilience)
    {
        Count(TagValues.Failures, failure => resilience.Retrying(failure, TimeSpan.Zero));
        Count(TagValues.RetryDecisions, decision => resilience.NotRetrying(failure: 0, decision));
        Each<CircuitState>(resilience.CircuitChanged);
        resilience.LevelChanged(isReduced: true);
        resilience.LevelChanged(isReduced: false);
        resilience.CircuitRefused();
        Count(TagValues.BodyFailures, resilience.BodyFailed);
        Count(TagValues.RedirectResults, resilience.Redirected);
        Count(TagValues.FallbackCauses, cause => resilience.FellBack(found: cause > 0, cause));
        resilience.Hedged(hasWon: true);
        resilience.Hedged(hasWon: false);
    }

    private static void Each<T>(Action<T> say)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            say(value);
        }
    }

    private static void Count(string[] values, Action<int> say)
    {
        for (var i = 0; i < values.Length; i++)
        {
            say(i);
        }
    }
}
