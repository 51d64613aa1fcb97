using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>How what becomes of requests reaches the limits, and whom that lets go.</summary>
public sealed class LearningTests : IDisposable
{
    private readonly AdmissionBed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Fact]
    public void A_limit_that_rises_lets_waiters_go()
    {
        var service = _bed.Serve(Learned("slots", new AdaptiveConcurrency(100, 1, 10)));
        var first = Enumerable.Range(0, 10).Select(_ => Enter(service)).ToArray();
        var behind = Enumerable.Range(0, 20).Select(_ => Enter(service)).ToArray();
        behind.ShouldAllBe(static waiter => !waiter.IsDone);

        foreach (var waiter in first)
        {
            _bed.Advance(Ms(20));
            waiter.Hear(service, AnswerKind.Succeeded);
        }

        service.GetStatus().Limits[0].Quota.ShouldBeGreaterThan(10);
        behind.Count(static waiter => waiter.IsAdmitted).ShouldBe((int)service.GetStatus().Limits[0].Quota - 10);
    }

    [Fact]
    public void A_refusal_slows_the_rate_and_the_status_shows_it()
    {
        var service = _bed.Serve(Learned("rate", new AdaptiveRate(100, TimeSpan.TicksPerSecond, 100)));
        var waiters = Enumerable.Range(0, 50).Select(_ => Enter(service)).ToArray();
        _bed.Advance(Ms(10));

        foreach (var waiter in waiters)
        {
            waiter.Hear(service, AnswerKind.Throttled);
        }

        service.GetStatus().Limits[0].Quota.ShouldBe(35);
    }

    [Fact]
    public void What_is_recorded_without_a_ticket_is_learned_too()
    {
        var service = _bed.Serve(Learned("rate", new AdaptiveRate(100, TimeSpan.TicksPerSecond, 100)));
        Enumerable.Range(0, 50).Select(_ => Enter(service)).ShouldAllBe(static waiter => waiter.IsAdmitted);
        _bed.Advance(Ms(10));

        service.Record(new RequestOutcome { Limited = true });

        service.GetStatus().Limits[0].Quota.ShouldBe(35);
    }

    [Fact]
    public void Each_tenant_has_a_rate_of_its_own()
    {
        var service = _bed.Serve(Learned("rate", new AdaptiveRate(10, TimeSpan.TicksPerSecond, 10), PartitionBy.Tenant));
        var slowed = Enter(service, "a");
        slowed.Hear(service, AnswerKind.Throttled);

        Enumerable.Range(0, 10).Count(_ => service.TryAcquire(Of(tenant: "a")).Lease is not null).ShouldBeLessThan(2);
        Enumerable.Range(0, 10).Count(_ => service.TryAcquire(Of(tenant: "b")).Lease is not null).ShouldBe(10);
    }

    [Fact]
    public void A_reload_keeps_what_was_learned()
    {
        var service = _bed.Serve(Learned("rate", new AdaptiveRate(100, TimeSpan.TicksPerSecond, 100)));
        Enter(service).Hear(service, AnswerKind.Throttled);
        var learned = service.GetStatus().Limits[0].Quota;

        service.Apply(Define(Learned("rate", new AdaptiveRate(200, TimeSpan.TicksPerSecond, 200))));

        service.GetStatus().Limits[0].Quota.ShouldBe(learned);
    }

    [Fact]
    public void Ten_faults_hold_a_service_to_a_probe_a_second_and_status_and_refusals_say_so()
    {
        var service = _bed.Serve(Window("w", 10_000, TimeSpan.FromSeconds(1)));
        service.GetStatus().Limits.Count.ShouldBe(1);
        Fault(service, times: 10);

        service.GetStatus().Limits[1].Name.ShouldBe("fault throttle");
        service.TryAcquire().Lease.ShouldNotBeNull("the first probe");
        var refused = service.TryAcquire();
        refused.Limit.ShouldBe("fault throttle");
        refused.RetryAfter.ShouldBe(TimeSpan.FromSeconds(1));
        var waiters = Enumerable.Range(0, 3).Select(_ => Enter(service)).ToArray();
        _bed.Advance(Ms(999));
        waiters.Count(static waiter => waiter.IsAdmitted).ShouldBe(0);
        _bed.Advance(Ms(1));
        waiters.Count(static waiter => waiter.IsAdmitted).ShouldBe(1);
        service.EstimateWait().ShouldNotBeNull().ShouldBeInRange(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4));
        _bed.Advance(TimeSpan.FromSeconds(2));
        waiters.Count(static waiter => waiter.IsAdmitted).ShouldBe(3);
    }

    [Fact]
    public void Waiters_go_when_a_probe_succeeds()
    {
        var service = _bed.Serve(Window("w", 10_000, TimeSpan.FromSeconds(1)));
        Fault(service, times: 10);
        _bed.Advance(TimeSpan.FromMinutes(3));
        Fault(service, times: 10);
        var probe = Enter(service);
        probe.IsAdmitted.ShouldBeTrue();
        var waiters = Enumerable.Range(0, 5).Select(_ => Enter(service)).ToArray();
        waiters.Count(static waiter => waiter.IsAdmitted).ShouldBe(0);
        probe.Hear(service, AnswerKind.Succeeded);
        waiters.Count(static waiter => waiter.IsAdmitted).ShouldBe(2);
    }

    [Fact]
    public void The_throttle_stands_aside_when_the_faults_are_past()
    {
        var service = _bed.Serve(Window("w", 10_000, TimeSpan.FromSeconds(1)));
        Fault(service, times: 20, force: true);
        _bed.Advance(TimeSpan.FromMinutes(3));

        var waiter = Enter(service);
        waiter.Hear(service, AnswerKind.Succeeded);
        service.GetStatus().Limits.Count.ShouldBe(1);
        Enumerable.Range(0, 100).ShouldAllBe(_ => service.TryAcquire(default).Lease != null);
    }

    [Fact]
    public void Thousands_of_answers_outweigh_a_few_faults()
    {
        var service = _bed.Serve(Window("w", 10_000, TimeSpan.FromSeconds(1)));
        for (var i = 0; i < 2000; i++)
        {
            var waiter = Enter(service);
            waiter.Hear(service, AnswerKind.Succeeded);
            waiter.Complete();
        }

        Fault(service, times: 900);
        Enumerable.Range(0, 100).ShouldAllBe(_ => service.TryAcquire(default).Lease != null);
    }

    [Fact]
    public void It_can_be_turned_off_and_on_while_running()
    {
        var definition = Define(Window("w", 10_000, TimeSpan.FromSeconds(1)));
        var service = _bed.Serve(definition with { FaultThrottle = false });
        Fault(service, times: 100);
        Enumerable.Range(0, 100).ShouldAllBe(_ => service.TryAcquire(default).Lease != null);

        service.Apply(definition);
        Fault(service, times: 100, force: true);
        service.TryAcquire().Lease.ShouldNotBeNull();
        service.TryAcquire().Lease.ShouldBeNull();
        service.Apply(definition with { FaultThrottle = false });
        service.TryAcquire().Lease.ShouldNotBeNull();
    }

    [Fact]
    public void What_has_no_limits_is_not_throttled()
    {
        var service = _bed.Serve(Define(Window("w", 10_000, TimeSpan.FromSeconds(1))) with { Endpoints = [new EndpointDefinition("health", [], ServiceLimits: false)] });
        Fault(service, times: 10);
        service.TryAcquire().Lease.ShouldNotBeNull();
        service.TryAcquire().Lease.ShouldBeNull();
        Enumerable.Range(0, 10).Count(_ => service.TryAcquire(Of(endpoint: "health")).Lease is not null).ShouldBe(10);
    }

    [Fact]
    public void Leases_of_which_nobody_says_what_became_do_not_count()
    {
        var service = _bed.Serve(Window("w", 10_000, TimeSpan.FromSeconds(1)));
        Fault(service, times: 5);
        for (var i = 0; i < 1000; i++)
        {
            service.TryAcquire().Lease.ShouldNotBeNull().Dispose();
        }

        service.GetStatus().Limits[1].Used.ShouldBe(5);
    }

    [Fact]
    public void Permits_are_held_back_as_well_and_do_not_count()
    {
        var service = _bed.Serve(Window("w", 10_000, TimeSpan.FromSeconds(1)));
        Fault(service, times: 5);
        using var limiter = new PermitLimiter(service, owned: null);
        Enumerable.Range(0, 100).ShouldAllBe(_ => limiter.AttemptAcquire(1).IsAcquired);
        Fault(service, times: 5);
        limiter.AttemptAcquire(1).IsAcquired.ShouldBeTrue("a probe");
        limiter.AttemptAcquire(1).IsAcquired.ShouldBeFalse();
        _bed.Advance(TimeSpan.FromSeconds(1));
        limiter.AttemptAcquire(1).IsAcquired.ShouldBeTrue("the next");
    }

    [Fact]
    public void A_recorded_failure_counts_and_a_dry_run_lets_go()
    {
        var definition = Define(Window("w", 10_000, TimeSpan.FromSeconds(1)));
        var service = _bed.Serve(definition);
        for (var i = 0; i < 10; i++)
        {
            service.Record(new RequestOutcome { Failed = true });
        }

        service.TryAcquire().Lease.ShouldNotBeNull();
        service.TryAcquire().Lease.ShouldBeNull();
        service.Apply(definition with { Mode = RateLimitMode.DryRun });
        service.TryAcquire().Lease.ShouldNotBeNull();
    }

    private static LimitDefinition Learned(string name, LimitRule rule, PartitionBy by = PartitionBy.Service) => new(name, Requests, rule, by);

    private static Waiter Enter(ServiceLimiter service, string? tenant = null) => Waiter.Enter(service, Of(tenant: tenant), token: TestContext.Current.CancellationToken);

    private static void Fault(ServiceLimiter service, int times, bool force = false)
    {
        for (var i = 0; i < times; i++)
        {
            if (force)
            {
                service.Record(new RequestOutcome { Failed = true });
                continue;
            }

            var waiter = Enter(service);
            waiter.IsAdmitted.ShouldBeTrue($"number {i}");
            waiter.Hear(service, AnswerKind.Faulted);
            waiter.Complete();
        }
    }
}
