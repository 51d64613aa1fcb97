using RateLimited.Http.Admission;
using RateLimited.Http.Tests.Admission;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Regressions;

/// <summary>What other limiters got wrong in their queues, by the issue that reports it. Ours must not.</summary>
public sealed class PeerLimiterTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>David-Desmaisons/RateLimiter, D-1: a semaphore is held while the work runs, so that five calls of half a second under five a second take two and a half.</summary>
    [Fact]
    public void D1_work_under_a_rate_runs_side_by_side()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Window("w", 5, Ms(1000)));

        var working = Enumerable.Range(0, 5).Select(_ => Waiter.Enter(service, token: Cancelled)).ToList();

        working.ShouldAllBe(static waiter => waiter.IsAdmitted, "at the same instant, none of them has ended");
        working.ForEach(static waiter => waiter.Complete());
    }

    /// <summary>David-Desmaisons/RateLimiter, D-2 and #14: cancelled between two composed constraints, the first stays taken for ever.</summary>
    [Fact]
    public void D2_cancelled_while_one_of_two_limits_holds_it_up_a_request_leaves_the_other_free()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Slots("slots", 1), Window("w", 1, Ms(100)));
        var first = Waiter.Enter(service, token: Cancelled);
        first.Complete();
        using var source = new CancellationTokenSource();
        Waiter.Enter(service, token: source.Token).IsDone.ShouldBeFalse();

        source.Cancel();
        bed.Advance(Ms(100));

        service.TryAcquire().IsAdmitted.ShouldBeTrue();
    }

    /// <summary>failsafe-go, resilience4j, golang.org/x/time#52584: a waiter has reserved its permit, and cancelled keeps it.</summary>
    [Fact]
    public void Cancelled_waiters_keep_no_reservation()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Bucket("b", 1, Ms(10), burst: 1));
        Waiter.Enter(service, token: Cancelled);
        using var source = new CancellationTokenSource();
        for (var i = 0; i < 100; i++)
        {
            Waiter.Enter(service, token: source.Token);
        }

        source.Cancel();

        service.EstimateWait().ShouldBe(Ms(10));
        bed.Advance(Ms(10));
        service.TryAcquire().IsAdmitted.ShouldBeTrue();
    }

    /// <summary>tower-resilience#363: whoever had to wait a second time went without taking a permit.</summary>
    [Fact]
    public void Whoever_waits_a_second_time_still_takes_its_permit()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Window("w", 2, Ms(100)));
        Waiter.Enter(service, Costing(2), token: Cancelled);
        var waiter = Waiter.Enter(service, Costing(2), token: Cancelled);
        service.Record(new RequestOutcome { RetryAfter = Ms(150) });
        bed.Advance(Ms(100));
        waiter.IsDone.ShouldBeFalse("the upstream asked for more time");

        bed.Advance(Ms(50));

        waiter.IsAdmitted.ShouldBeTrue();
        service.GetStatus().Limits[0].Used.ShouldBe(2);
    }

    /// <summary>envoyproxy/ratelimit#427: counters rise although another limit has refused.</summary>
    [Fact]
    public void What_another_limit_refused_raises_no_counter()
    {
        using var bed = new AdmissionBed(Window("global", 100, Ms(1000)));
        var service = bed.Serve(Window("w", 1, Ms(1000)));
        for (var i = 0; i < 10; i++)
        {
            service.TryAcquire();
        }

        service.GetStatus().Limits.ShouldAllBe(static limit => limit.Used == 1);
    }

    /// <summary>redis_rate#103: to wait for more than the burst never returns.</summary>
    [Fact]
    public void To_wait_for_more_than_the_burst_is_refused_at_once()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Bucket("b", 100, Ms(1000), burst: 10));

        Waiter.Enter(service, Costing(11), token: Cancelled).Reason.ShouldBe(RejectionReason.CostExceedsQuota);
    }

    /// <summary>octokit/plugin-throttling#629: a retry delay of one request must hold the whole queue.</summary>
    [Fact]
    public void A_retry_after_holds_the_whole_line()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Window("w", 100, Ms(1000)));
        service.Record(new RequestOutcome { Limited = true, RetryAfter = Ms(5000) });
        var waiters = Enumerable.Range(0, 5).Select(_ => Waiter.Enter(service, token: Cancelled)).ToList();

        bed.Advance(Ms(4999));
        waiters.ShouldAllBe(static waiter => !waiter.IsDone);
        bed.Advance(Ms(1));
        waiters.Count(static waiter => waiter.IsAdmitted).ShouldBe(1);

        // The first after a pause keep a distance of 25 ms at most: everybody who was told the same comes back now.
        bed.Advance(Ms(100));
        waiters.ShouldAllBe(static waiter => waiter.IsAdmitted);
    }

    /// <summary>bucket4j: what a call owes because it proved dearer is dropped when the next one is refused.</summary>
    [Fact]
    public void What_is_owed_outlasts_whoever_is_refused_for_it()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Bucket("t", 100, Ms(1000), burst: 100, unit: Tokens));
        var dear = Waiter.Enter(service, Of(tokens: 10), token: Cancelled);
        dear.Settle(Tokens, 160);
        dear.Complete();
        for (var i = 0; i < 5; i++)
        {
            service.TryAcquire(Of(tokens: 1)).RetryAfter.ShouldBe(Ms(610));
        }

        bed.Advance(Ms(610) - TimeSpan.FromTicks(1));
        service.TryAcquire(Of(tokens: 1)).IsAdmitted.ShouldBeFalse();
        bed.Advance(TimeSpan.FromTicks(1));
        service.TryAcquire(Of(tokens: 1)).IsAdmitted.ShouldBeTrue();
    }

    /// <summary>failsafe-go's budget, Envoy, Netflix's partitions: what is asked in one step and taken in the next is given to two.</summary>
    [Fact]
    public void Of_two_that_ask_at_once_for_the_last_permit_one_gets_it()
    {
        const int Rounds = 20_000;
        using var bed = new AdmissionBed();
        var service = bed.Serve(Slots("slots", 1), Window("w", Rounds, TimeSpan.FromHours(1)));
        using var limiter = new PermitLimiter(service, owned: null);
        var (got, wrong) = (0, 0);
        using var asked = new Barrier(2, _ => (got, wrong) = (0, got == 1 ? wrong : wrong + 1));
        using var ended = new Barrier(2);
        var other = new Thread(Ask);
        other.Start();
        Ask();
        other.Join(TimeSpan.FromSeconds(60)).ShouldBeTrue();

        wrong.ShouldBe(0);
        service.GetStatus().Limits.Select(static limit => limit.Used).ShouldBe([0, Rounds]);

        void Ask()
        {
            for (var round = 0; round < Rounds; round++)
            {
                using (var lease = limiter.AttemptAcquire())
                {
                    Interlocked.Add(ref got, lease.IsAcquired ? 1 : 0);
                    asked.SignalAndWait(CancellationToken.None);
                }

                ended.SignalAndWait(CancellationToken.None);
            }
        }
    }
}
