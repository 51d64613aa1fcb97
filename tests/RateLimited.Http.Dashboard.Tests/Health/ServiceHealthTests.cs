using RateLimited.Http.Dashboard.Health;

namespace RateLimited.Http.Dashboard.Tests.Health;

public sealed class ServiceHealthTests
{
    [Theory]
    [InlineData(CircuitState.Closed, "Healthy")]
    [InlineData(CircuitState.HalfOpen, "Degraded")]
    [InlineData(CircuitState.Open, "Unhealthy")]
    [InlineData(CircuitState.Isolated, "Unhealthy")]
    public void It_follows_the_circuit(CircuitState circuit, string level) => ServiceHealth.Of(Status(), circuit).Level.ToString().ShouldBe(level);

    [Theory]
    [InlineData(94, 60, "Healthy")]
    [InlineData(95, 60, "Degraded")]
    [InlineData(120, 60, "Degraded")]
    [InlineData(100, null, "Healthy")]
    public void A_quota_that_is_nearly_used_up_degrades_and_concurrency_that_is_does_not(long used, int? resetSeconds, string level) =>
        ServiceHealth.Of(Status() with { Limits = [Limit(used, resetSeconds)] }, CircuitState.Closed).Level.ToString().ShouldBe(level);

    [Fact]
    public void A_quota_that_is_spread_is_meant_to_be_used() =>
        ServiceHealth.Of(Status() with { Limits = [Limit(99, resetSeconds: 60) with { IsPaced = true }] }, CircuitState.Closed).Level.ShouldBe(HealthLevel.Healthy);

    [Theory]
    [InlineData(80, "Healthy")]
    [InlineData(81, "Degraded")]
    public void A_line_that_is_nearly_full_degrades(int waiting, string level) =>
        ServiceHealth.Of(Status() with { Line = [new LineStatus(RequestPriority.Normal, waiting)] }, CircuitState.Closed).Level.ToString().ShouldBe(level);

    [Theory]
    [InlineData(KeyState.Active, KeyState.Active, "Healthy")]
    [InlineData(KeyState.Active, KeyState.RateLimited, "Healthy")]
    [InlineData(KeyState.Active, KeyState.Exhausted, "Degraded")]
    [InlineData(KeyState.Disabled, KeyState.Active, "Degraded")]
    [InlineData(KeyState.RateLimited, KeyState.Exhausted, "Unhealthy")]
    [InlineData(KeyState.Error, KeyState.Disabled, "Unhealthy")]
    public void Keys_that_are_out_degrade_and_no_key_is_unhealthy(KeyState first, KeyState second, string level)
    {
        var health = ServiceHealth.Of(Status() with { Keys = [Key("first", first), Key("second", second)] }, CircuitState.Closed);

        health.Level.ToString().ShouldBe(level);
        (health.Why is null).ShouldBe(health.Level == HealthLevel.Healthy);
    }

    private static ServiceStatus Status() => new()
    {
        Service = "api",
        Mode = RateLimitMode.Enforce,
        Limits = [Limit(10, resetSeconds: 60)],
        Line = [],
        LineCapacity = 100,
        Wait = TimeSpan.Zero,
        InFlight = 0,
        ArrivalGuard = TimeSpan.Zero,
        Pause = TimeSpan.Zero,
    };

    private static LimitStatus Limit(long used, int? resetSeconds) => new()
    {
        Name = "limit",
        Unit = UnitCost.Requests,
        Partition = "service",
        Quota = 100,
        Used = used,
        Remaining = Math.Max(100 - used, 0),
        ResetAfter = resetSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        Partitions = 1,
    };

    private static KeyStatus Key(string name, KeyState state) => new() { Name = name, State = state, OpensIn = null, Headroom = 1, InFlight = 0, Requests = 0, Moved = 0 };
}
