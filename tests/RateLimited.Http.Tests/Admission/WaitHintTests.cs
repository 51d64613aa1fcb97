using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>What callers are told who do not wait in line.</summary>
public sealed class WaitHintTests : IDisposable
{
    private readonly AdmissionBed _bed = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    public void Dispose() => _bed.Dispose();

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_promised_wait_is_enough_and_not_one_tick_too_long(int seed)
    {
        var random = new Random(seed);
        var guard = random.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromTicks(random.Next(1, 5_000));
        LimitRule[] rules = [RuleOf(random), RuleOf(random)];
        var service = _bed.Serve(Define(new LimitDefinition("r", Requests, rules[0]), new LimitDefinition("t", Tokens, rules[1])) with { ArrivalGuard = guard });
        for (var step = 0; step < 150; step++)
        {
            var request = new AdmissionRequest { Costs = [new UnitCost(Requests, random.Next(1, (int)rules[0].Capacity + 1)), new UnitCost(Tokens, random.Next(0, (int)rules[1].Capacity + 1))] };
            var estimate = service.EstimateWait(request).ShouldNotBeNull();
            var result = service.TryAcquire(request);
            if (result.Lease is { } lease)
            {
                estimate.ShouldBe(TimeSpan.Zero, $"seed {seed}, step {step}");
                if (random.Next(2) == 0)
                {
                    lease.Settle(Tokens, random.Next(0, 3 * (int)rules[1].Capacity));
                }

                lease.Dispose();
            }
            else
            {
                result.RetryAfter.ShouldBe(estimate, $"seed {seed}, step {step}");
                _bed.Advance(estimate - TimeSpan.FromTicks(1));
                service.TryAcquire(request).IsAdmitted.ShouldBeFalse($"seed {seed}, step {step}: one tick less would have done");
                _bed.Advance(TimeSpan.FromTicks(1));
                service.TryAcquire(request).IsAdmitted.ShouldBeTrue($"seed {seed}, step {step}: it was told to come now");
            }

            _bed.Advance(TimeSpan.FromTicks(random.Next(0, 30_000)));
        }
    }

    [Fact]
    public void A_wait_for_a_release_is_not_known()
    {
        var service = _bed.Serve(Slots("c", 1));
        using var lease = service.TryAcquire().Lease;

        service.EstimateWait().ShouldBeNull();
        service.TryAcquire().RetryAfter.ShouldBeNull();
        service.TryAcquire().Reason.ShouldBe(RejectionReason.LimitReached);
    }

    [Fact]
    public void A_batch_takes_as_many_as_fit_from_the_first_on()
    {
        var service = _bed.Serve(Window("t", 10, Ms(100), Tokens));

        service.AcquireBatch([Of(tokens: 4), Of(tokens: 5), Of(tokens: 2), Of(tokens: 1)]).Count.ShouldBe(2, "the third does not fit and ends it");
        service.AcquireBatch([Of(tokens: 1), Of(tokens: 1)]).Count.ShouldBe(1);
        service.AcquireBatch([Of(tokens: 1)]).ShouldBeEmpty();
        service.AcquireBatch([]).ShouldBeEmpty();
    }

    [Fact]
    public void A_pause_holds_everybody_is_never_shortened_and_lasts_an_hour_at_most()
    {
        var service = _bed.Serve(Define(Window("w", 10, Ms(100))) with { Endpoints = [new EndpointDefinition("e", [], ServiceLimits: false)] });
        service.Record(new RequestOutcome { RetryAfter = TimeSpan.FromSeconds(10), Limited = true });
        service.Record(new RequestOutcome { RetryAfter = TimeSpan.FromSeconds(1) });
        service.Record(new RequestOutcome { RetryAfter = TimeSpan.FromSeconds(-5) });

        service.TryAcquire().RetryAfter.ShouldBe(TimeSpan.FromSeconds(10));
        service.TryAcquire(Of(endpoint: "e")).IsAdmitted.ShouldBeFalse("the whole service pauses");
        service.GetStatus().Pause.ShouldBe(TimeSpan.FromSeconds(10));
        var waiter = Waiter.Enter(service, token: TestContext.Current.CancellationToken);
        _bed.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        waiter.IsDone.ShouldBeFalse();
        _bed.Advance(TimeSpan.FromTicks(1));
        waiter.IsAdmitted.ShouldBeTrue();

        service.Record(new RequestOutcome { RetryAfter = TimeSpan.MaxValue });
        service.TryAcquire().RetryAfter.ShouldBe(TimeSpan.FromHours(1));
    }

    [Fact]
    public void A_pause_that_comes_while_others_wait_holds_them_too()
    {
        var service = _bed.Serve(Bucket("b", 1, Ms(10), burst: 1));
        Waiter.Enter(service, token: TestContext.Current.CancellationToken);
        var waiter = Waiter.Enter(service, token: TestContext.Current.CancellationToken);
        service.Record(new RequestOutcome { RetryAfter = Ms(50) });

        _bed.Advance(Ms(49));
        waiter.IsDone.ShouldBeFalse();
        _bed.Advance(Ms(1));
        waiter.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void An_announced_reset_moves_the_end_of_announced_windows_alone()
    {
        var service = _bed.Serve(Fixed("announced", 1, TimeSpan.FromHours(1), WindowAnchor.Announced), Fixed("first", 5, TimeSpan.FromHours(2), WindowAnchor.FirstUse));
        service.TryAcquire().IsAdmitted.ShouldBeTrue();
        var waiter = Waiter.Enter(service, token: TestContext.Current.CancellationToken);

        service.Record(new RequestOutcome { ResetAfter = TimeSpan.FromMinutes(3) });

        service.GetStatus().Limits.Select(static limit => limit.ResetAfter).ShouldBe([TimeSpan.FromMinutes(3), TimeSpan.FromHours(2)]);
        _bed.Advance(TimeSpan.FromMinutes(3));
        waiter.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void The_status_shows_what_is_used_left_held_and_waiting()
    {
        var service = _bed.Serve(Define(Window("w", 10, Ms(100)), Slots("c", 2)) with { TenantLimits = [Window("t", 5, Ms(1000), by: PartitionBy.Tenant)] });
        var fresh = service.GetStatus();
        fresh.Limits.Select(static limit => (limit.Used, limit.Remaining, limit.ResetAfter)).ShouldBe([(0, 10, TimeSpan.Zero), (0, 2, null), (0, 5, TimeSpan.Zero)]);
        using var one = service.TryAcquire(Of(tenant: "a")).Lease;
        using var two = service.TryAcquire(Of(tenant: "b")).Lease;
        Waiter.Enter(service, Of(RequestPriority.High), token: TestContext.Current.CancellationToken);
        Waiter.Enter(service, Of(RequestPriority.Low), token: TestContext.Current.CancellationToken);
        Waiter.Enter(service, Of(RequestPriority.Low), token: TestContext.Current.CancellationToken);
        _bed.Advance(Ms(30));

        var status = service.GetStatus();

        status.Limits.Select(static limit => $"{limit.Name} {limit.Unit} per {limit.Partition}: {limit.Used} of {limit.Quota}, {limit.Remaining} left, {limit.ResetAfter?.TotalMilliseconds} ms, {limit.Partitions}")
            .ShouldBe(["w requests per service: 2 of 10, 8 left, 70 ms, 1", "c requests per service: 2 of 2, 0 left,  ms, 1", "t requests per tenant: 1 of 5, 4 left, 970 ms, 2"]);
        status.Line.ShouldBe([new LineStatus(RequestPriority.High, 1), new LineStatus(RequestPriority.Low, 2)]);
        status.InFlight.ShouldBe(2);
        status.Wait.ShouldBeNull("a release is waited for");
        status.Pause.ShouldBe(TimeSpan.Zero);
        status.ArrivalGuard.ShouldBe(TimeSpan.Zero);
        status.Mode.ShouldBe(RateLimitMode.Enforce);
    }

    [Fact]
    public void A_dry_run_charges_and_lets_everything_through()
    {
        var service = _bed.Serve(Define(Window("w", 2, Ms(100)), Slots("c", 1)) with { Mode = RateLimitMode.DryRun });
        var waiters = Enumerable.Range(0, 5).Select(_ => Waiter.Enter(service, token: TestContext.Current.CancellationToken)).ToList();

        waiters.ShouldAllBe(static waiter => waiter.IsAdmitted);
        service.GetStatus().Limits.Select(static limit => limit.Used).ShouldBe([5, 5]);
        service.EstimateWait().ShouldBe(TimeSpan.Zero);
        service.TryAcquire(Costing(99)).Lease.ShouldNotBeNull().Dispose();
        waiters.ForEach(static waiter => waiter.Complete());
        service.GetStatus().Limits[1].Used.ShouldBe(0);
        service.GetStatus().InFlight.ShouldBe(0);
    }

    [Fact]
    public void Disabled_limits_touch_nothing()
    {
        var service = _bed.Serve(Define(Window("w", 1, Ms(100)), Slots("c", 1)) with { Mode = RateLimitMode.Disabled });
        service.Record(new RequestOutcome { RetryAfter = Ms(1000) });
        var waiters = Enumerable.Range(0, 5).Select(_ => Waiter.Enter(service, token: TestContext.Current.CancellationToken)).ToList();

        waiters.ShouldAllBe(static waiter => waiter.IsAdmitted);
        service.GetStatus().Limits.ShouldAllBe(static limit => limit.Used == 0);
        service.EstimateWait().ShouldBe(TimeSpan.Zero);
        waiters.ForEach(static waiter => waiter.Complete());
        service.GetStatus().InFlight.ShouldBe(0);
    }

    [Theory]
    [InlineData(RateLimitMode.DryRun)]
    [InlineData(RateLimitMode.Disabled)]
    public void Who_waits_when_limits_are_no_longer_enforced_goes_and_the_books_balance(RateLimitMode mode)
    {
        var definition = Define(Slots("c", 1)) with { TenantLimits = [Slots("t", 1, PartitionBy.Tenant)] };
        var service = _bed.Serve(definition);
        var holder = Waiter.Enter(service, Of(tenant: "t"), token: TestContext.Current.CancellationToken);
        var waiters = Enumerable.Range(0, 5).Select(_ => Waiter.Enter(service, Of(tenant: "t"), token: TestContext.Current.CancellationToken)).ToList();

        service.Apply(definition with { Mode = mode });
        waiters.ShouldAllBe(static waiter => waiter.IsAdmitted);

        service.Apply(definition);
        service.TryAcquire(Of(tenant: "t")).IsAdmitted.ShouldBeFalse();
        holder.Complete();
        waiters.ForEach(static waiter => waiter.Complete());
        using var lease = service.TryAcquire(Of(tenant: "t")).Lease.ShouldNotBeNull();
        service.TryAcquire(Of(tenant: "t")).IsAdmitted.ShouldBeFalse();
    }

    private static LimitRule RuleOf(Random random) => random.Next(4) switch
    {
        0 => new SlidingWindow(random.Next(1, 20), random.Next(1, 300_000)),
        1 => new TokenBucket(random.Next(1, 20), random.Next(1, 300_000), random.Next(1, 20)),
        2 => new FixedWindow(random.Next(1, 20), random.Next(1, 30) * TimeSpan.TicksPerMillisecond),
        _ => new FixedWindow(random.Next(1, 20), random.Next(1, 300_000), WindowAnchor.FirstUse),
    };
}
