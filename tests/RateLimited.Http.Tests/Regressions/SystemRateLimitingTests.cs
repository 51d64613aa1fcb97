using System.Threading.RateLimiting;
using RateLimited.Http.Admission;
using RateLimited.Http.Tests.Admission;
using RateLimited.Http.Tests.Measuring;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Regressions;

/// <summary>What System.Threading.RateLimiting got wrong, by the issue that reports it or the defect's mark in our study of it (S4 to S10; S1 to S3 are arithmetic). Ours must not.</summary>
public sealed class SystemRateLimitingTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>S4, dotnet/runtime#113314: a chain takes permits of the first limiter when the second refuses, and counts a request that waits twice.</summary>
    [Fact]
    public async Task S4_a_refusal_by_one_limit_burns_no_permit_of_another()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Window("minute", 10, TimeSpan.FromMinutes(1)), Window("second", 1, Ms(1000)));
        await using var limiter = new PermitLimiter(service, owned: null);
        limiter.AttemptAcquire().IsAcquired.ShouldBeTrue();
        for (var i = 0; i < 5; i++)
        {
            limiter.AttemptAcquire().IsAcquired.ShouldBeFalse();
        }

        var waiting = limiter.AcquireAsync(1, Cancelled).AsTask();
        service.GetStatus().Limits[0].Used.ShouldBe(1);
        bed.Advance(Ms(1000));
        (await waiting).IsAcquired.ShouldBeTrue();
        service.GetStatus().Limits[0].Used.ShouldBe(2);
    }

    /// <summary>S5: a chain with a lease held looks idle, is evicted and made anew, and admits a second caller to one slot.</summary>
    [Fact]
    public void S5_a_limiter_with_a_lease_held_is_never_idle()
    {
        using var bed = new AdmissionBed();
        using var limiter = new PermitLimiter(bed.Serve(Slots("c", 1), Window("w", 10, Ms(10))), owned: null);
        using var lease = limiter.AttemptAcquire();

        bed.Advance(TimeSpan.FromDays(1));

        limiter.IdleDuration.ShouldBeNull();
        lease.Dispose();
        limiter.IdleDuration.ShouldBe(TimeSpan.Zero);
    }

    /// <summary>S6: whoever waits for much holds up all who wait for little. Here only those who need the same limit.</summary>
    [Fact]
    public void S6_a_tenant_that_waits_for_much_holds_up_no_other_tenant()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Define(Window("all", 1000, Ms(100))) with { TenantLimits = [Window("t", 100, Ms(1000), by: PartitionBy.Tenant)] });
        Waiter.Enter(service, Costing(50, "a"), token: Cancelled);
        var large = Waiter.Enter(service, Costing(100, "a"), token: Cancelled);

        Waiter.Enter(service, Costing(1, "b"), token: Cancelled).IsAdmitted.ShouldBeTrue();
        bed.Advance(Ms(1000));
        large.IsAdmitted.ShouldBeTrue();
    }

    /// <summary>S7: a token bucket adds a period's tokens whenever its timer fires, so that ticks that come late or together lose some. Here time alone says what has flowed in.</summary>
    [Fact]
    public void S7_what_flows_in_does_not_depend_on_when_anybody_looks()
    {
        using var bed = new AdmissionBed();
        using var limiter = new PermitLimiter(bed.Serve(Bucket("b", 10, Ms(100), burst: 1000)), owned: null);
        limiter.AttemptAcquire(1000).IsAcquired.ShouldBeTrue();
        var random = new Random(7);
        var (elapsed, taken) = (TimeSpan.Zero, 0);
        while (elapsed < TimeSpan.FromMinutes(1))
        {
            var late = Ms(random.Next(1, 2000));
            bed.Advance(late);
            elapsed += late;
            while (limiter.AttemptAcquire().IsAcquired)
            {
                taken++;
            }

            taken.ShouldBe((int)(elapsed.TotalMilliseconds / 10));
        }
    }

    /// <summary>dotnet/runtime#118112: waiters are let go by a timer that comes every 4 ms at best, one period's tokens each time, so that a thousand a second are 247.</summary>
    [Fact]
    public void R118112_waiters_get_the_whole_rate_however_seldom_timers_come()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Bucket("b", 1, Ms(1), burst: 5));
        var waiters = Enumerable.Range(0, 1000).Select(_ => Waiter.Enter(service, token: Cancelled)).ToList();

        for (var tick = 1; tick <= 50; tick++)
        {
            bed.Advance(Ms(4));

            waiters.Count(static waiter => waiter.IsAdmitted).ShouldBe(5 + (4 * tick));
        }
    }

    /// <summary>S8, dotnet/runtime#126301: a heartbeat scans every partition ten times a second, whether anything happens or not.</summary>
    [Fact]
    public void S8_a_service_where_nothing_happens_has_no_timer()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Define(Window("all", 1000, Ms(100)), Bucket("b", 10, Ms(100), 10)) with { TenantLimits = [Window("t", 10, Ms(100), by: PartitionBy.Tenant)] });
        for (var i = 0; i < 100; i++)
        {
            using var lease = service.TryAcquire(Of(tenant: $"t{i % 5}")).Lease;
        }

        bed.Advance(TimeSpan.FromHours(1));

        bed.Time.ArmedTimers.ShouldBe(0);
    }

    /// <summary>S9: every refusal is a new lease of 40 bytes, and every acquisition by a key a closure of 120.</summary>
    [Fact]
    public void S9_neither_a_refusal_nor_an_acquisition_by_a_key_allocates()
    {
        using var bed = new AdmissionBed();
        using var limiter = new PartitionedPermitLimiter<string>(bed.Serve(Bucket("b", 100, Ms(1000), burst: 2000, by: PartitionBy.Name)), static key => Of(name: key), owned: null);
        string[] keys = ["a", "b", "c"];
        Acquire(500);

        Acquire(1000).ShouldBe((3000, 0L));
        Acquire(1000);
        Acquire(1000).ShouldBe((0, 0L));

        (int Acquired, long Bytes) Acquire(int times)
        {
            var acquired = 0;
            var bytes = Allocated.ByEach(times / 10, count =>
            {
                for (var i = 0; i < count; i++)
                {
                    foreach (var key in keys)
                    {
                        using var lease = limiter.AttemptAcquire(key);
                        acquired += lease.IsAcquired ? 1 : 0;
                    }
                }
            });
            return (acquired, bytes);
        }
    }

    /// <summary>S10: no clock of the caller's, no change while running, nothing measured, no priority, and nothing comes back that was not used.</summary>
    [Fact]
    public void S10_a_limiter_has_a_clock_priorities_refunds_figures_and_changes_while_it_is_used()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Window("w", 2, Ms(100)));
        var (first, unused) = (Waiter.Enter(service, token: Cancelled), Waiter.Enter(service, token: Cancelled));
        var low = Waiter.Enter(service, Of(RequestPriority.Low), token: Cancelled);
        var high = Waiter.Enter(service, Of(RequestPriority.High), token: Cancelled);
        (first.IsAdmitted, low.IsAdmitted, high.IsAdmitted).ShouldBe((true, false, false));

        unused.GiveBack();
        (high.IsAdmitted, low.IsAdmitted).ShouldBe((true, false), "what was not used goes to the more urgent");

        service.GetStatus().Limits.Single().ShouldSatisfyAllConditions(
            limit => limit.Used.ShouldBe(2),
            limit => limit.Remaining.ShouldBe(0),
            limit => limit.ResetAfter.ShouldBe(Ms(100)));
        service.Apply(Define(Window("w", 3, Ms(100))));
        low.IsAdmitted.ShouldBeTrue("the quota grew while it waited");
        var last = Waiter.Enter(service, token: Cancelled);
        bed.Advance(Ms(100) - TimeSpan.FromTicks(1));
        last.IsAdmitted.ShouldBeFalse();
        bed.Advance(TimeSpan.FromTicks(1));
        last.IsAdmitted.ShouldBeTrue();
    }

    /// <summary>dotnet/runtime#64078, #90810: a cancelled waiter stays counted, and the queue is full of nobody.</summary>
    [Fact]
    public void R64078_who_was_cancelled_leaves_room_in_the_line_at_once()
    {
        using var bed = new AdmissionBed();
        var definition = Define(Slots("c", 1));
        var service = bed.Serve(definition with { Queue = definition.Queue with { Length = 1 } });
        Waiter.Enter(service, token: Cancelled);
        for (var i = 0; i < 100; i++)
        {
            using var source = new CancellationTokenSource();
            var waiter = Waiter.Enter(service, token: source.Token);
            waiter.IsDone.ShouldBeFalse();
            source.Cancel();
            waiter.IsCancelled.ShouldBeTrue();
        }

        service.GetStatus().Line.ShouldBeEmpty();
    }

    /// <summary>dotnet/runtime#77180: a large waiter at the head is cancelled and those behind it are not looked at.</summary>
    [Fact]
    public void R77180_when_the_head_is_cancelled_those_behind_it_go()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Window("w", 10, Ms(1000)));
        Waiter.Enter(service, Costing(5), token: Cancelled);
        using var source = new CancellationTokenSource();
        Waiter.Enter(service, Costing(10), token: source.Token);
        var small = Enumerable.Range(0, 5).Select(_ => Waiter.Enter(service, token: Cancelled)).ToList();

        source.Cancel();

        small.ShouldAllBe(static waiter => waiter.IsAdmitted);
    }

    /// <summary>dotnet/runtime#85523: a token's callback and a release wait for each other's lock.</summary>
    [Fact]
    public void R85523_cancelling_from_inside_a_continuation_deadlocks_nobody()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Slots("c", 1));
        var holder = Waiter.Enter(service, token: Cancelled);
        using var source = new CancellationTokenSource();
        var inner = Waiter.Enter(service, token: source.Token);
        using var registration = source.Token.Register(holder.Complete);
        var worker = new Thread(source.Cancel);
        worker.Start();

        worker.Join(TimeSpan.FromSeconds(30)).ShouldBeTrue("deadlock");
        inner.IsDone.ShouldBeTrue();
        Waiter.Enter(service, token: Cancelled).IsDone.ShouldBe(inner.IsCancelled);
    }

    /// <summary>dotnet/runtime#76783: whoever is driven out of a full queue leaves a registration on its token behind.</summary>
    [Fact]
    public void R76783_who_is_driven_out_is_not_touched_by_its_token_any_more()
    {
        using var bed = new AdmissionBed();
        var definition = Define(Slots("c", 1));
        var service = bed.Serve(definition with { Queue = definition.Queue with { Length = 1, Overflow = QueueOverflow.DropLowestPriority } });
        var holder = Waiter.Enter(service, token: Cancelled);
        using var source = new CancellationTokenSource();
        var low = Waiter.Enter(service, Of(RequestPriority.Low), token: source.Token);
        var high = Waiter.Enter(service, Of(RequestPriority.High), token: Cancelled);
        low.Reason.ShouldBe(RejectionReason.Displaced);

        source.Cancel();

        high.IsDone.ShouldBeFalse();
        holder.Complete();
        high.IsAdmitted.ShouldBeTrue();
    }
}
