using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>The measured arrival guard.</summary>
public sealed class LatencySpreadTests
{
    private static readonly long Millisecond = TimeSpan.TicksPerMillisecond;

    [Fact]
    public void Before_it_has_seen_enough_it_assumes_the_usual()
    {
        var spread = new LatencySpread();
        for (var i = 0; i < 7; i++)
        {
            spread.Add(i * 100 * Millisecond, sentAt: 0).ShouldBe(new ArrivalBounds(LatencySpread.LongestFirstHoldUp, 0, IsFirst: i == 0), "it may have been its way that took so long");
            spread.Guard.ShouldBe(LatencySpread.Initial);
        }
    }

    [Fact]
    public void The_first_may_all_have_been_held_up_and_those_after_them_only_where_they_lie_far_from_the_bulk()
    {
        var spread = new LatencySpread();
        var answers = Enumerable.Range(0, 200).Select(i => spread.Add((10 + (i % 5)) * Millisecond, i * Millisecond)).ToArray();

        answers[..8].ShouldAllBe(static bounds => bounds.HeldUp == LatencySpread.LongestFirstHoldUp && bounds.BeforeAnswer == 0);
        answers[8..70].ShouldAllBe(static bounds => bounds == new ArrivalBounds(LatencySpread.LongestHoldUp, 0), "those under way when there was enough to compare with were sent before that");
        answers[80..].ShouldAllBe(static bounds => bounds.HeldUp == 0 && bounds.BeforeAnswer > 7 * Millisecond);
        spread.Add(900 * Millisecond, sentAt: 0).HeldUp.ShouldBe(LimitRule.Never);
    }

    [Fact]
    public void It_covers_the_spread_and_not_the_latency()
    {
        var spread = new LatencySpread();
        Feed(spread, 2000, new Random(1), 500, 540);

        spread.Guard.ShouldBeInRange(40 * Millisecond, 46 * Millisecond);
    }

    [Fact]
    public void One_outlier_does_not_count_and_a_second_one_does()
    {
        var spread = new LatencySpread();
        Feed(spread, 100, new Random(1), 10, 20);
        var before = spread.Guard;

        spread.Add(900 * Millisecond, sentAt: LimitRule.Never).HeldUp.ShouldBe(LimitRule.Never, "that request was held up");
        spread.Guard.ShouldBeInRange(before, before + Millisecond);

        spread.Add(800 * Millisecond, sentAt: LimitRule.Never).HeldUp.ShouldBe(LimitRule.Never);
        spread.Guard.ShouldBeGreaterThan(700 * Millisecond);
    }

    [Fact]
    public void What_is_no_longer_so_is_forgotten_after_two_generations()
    {
        var spread = new LatencySpread();
        Feed(spread, LatencySpread.GenerationSize, new Random(1), 10, 400);
        spread.Guard.ShouldBeGreaterThan(300 * Millisecond);

        Feed(spread, 2 * LatencySpread.GenerationSize, new Random(2), 10, 20);

        spread.Guard.ShouldBeInRange(9 * Millisecond, 14 * Millisecond);
    }

    [Fact]
    public void A_measured_guard_pads_each_limit_by_a_part_of_its_window_at_most_and_a_given_one_in_full()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Define(Window("short", 1, Ms(160)), Window("long", 1, TimeSpan.FromHours(1), Tokens)) with { ArrivalGuard = null });
        service.GetStatus().ArrivalGuard.ShouldBe(Ms(250));
        service.TryAcquire().IsAdmitted.ShouldBeTrue();
        service.TryAcquire().RetryAfter.ShouldBe(Ms(170), "a sixteenth of the window");
        for (var i = 0; i < 600; i++)
        {
            service.Record(new RequestOutcome { Latency = Ms(i % 2 == 0 ? 1 : 1001) });
        }

        service.TryAcquire(Of(tokens: 1) with { Costs = [new UnitCost(Requests, 0), new UnitCost(Tokens, 1)] }).IsAdmitted.ShouldBeTrue();
        service.TryAcquire(Of() with { Costs = [new UnitCost(Requests, 0), new UnitCost(Tokens, 1)] }).RetryAfter.ShouldBe(TimeSpan.FromHours(1) + Ms(250), "and a quarter of a second at most");

        var given = bed.Serve(Define(Window("w", 1, Ms(160))) with { ArrivalGuard = Ms(100) });
        given.Record(new RequestOutcome { Latency = Ms(1) });
        given.TryAcquire().IsAdmitted.ShouldBeTrue();
        given.TryAcquire().RetryAfter.ShouldBe(Ms(260));
    }

    [Fact]
    public void Whoever_waits_goes_earlier_than_it_was_told_when_the_guard_becomes_shorter()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Define(Bucket("b", 10, Ms(10_000), 10)) with { ArrivalGuard = null });
        for (var i = 0; i < 9; i++)
        {
            service.TryAcquire().IsAdmitted.ShouldBeTrue();
        }

        var waiter = Waiter.Enter(service, token: TestContext.Current.CancellationToken);
        bed.Advance(Ms(3));
        waiter.IsDone.ShouldBeFalse("a quarter of a second's worth is held back");
        for (var i = 0; i < 8; i++)
        {
            service.Record(new RequestOutcome { Latency = Ms(1) });
        }

        bed.Advance(Ms(1));

        waiter.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void A_request_that_was_held_up_on_its_way_is_dated_anew()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Define(Window("w", 100, Ms(10_000))) with { ArrivalGuard = null });
        for (var i = 0; i < 99; i++)
        {
            Answer(Ms(10 + (i % 5)));
        }

        var ticket = Enter();
        bed.Advance(Ms(4000));
        service.Answered(ticket, [], service.Now);

        // It can have arrived as late as its answer less the shortest latency, 10 ms and a margin below: from there it counts for a window.
        service.GetStatus().Limits[0].ResetAfter.ShouldNotBeNull().ShouldBe(Ms(10_000) - Ms(8), Ms(2));
        service.GetStatus().Limits[0].Used.ShouldBe(100);
        ticket.Complete();
        service.GetStatus().InFlight.ShouldBe(0);

        AdmissionTicket Enter()
        {
            var admission = service.AdmitAsync(default, TestContext.Current.CancellationToken);
            admission.IsCompletedSuccessfully.ShouldBeTrue();
#pragma warning disable VSTHRD103, VSTHRD002 // It has completed.
            return admission.GetAwaiter().GetResult();
#pragma warning restore VSTHRD103, VSTHRD002
        }

        void Answer(TimeSpan latency)
        {
            var answered = Enter();
            bed.Advance(latency);
            service.Answered(answered, [], service.Now);
            answered.Complete();
        }
    }

    private static void Feed(LatencySpread spread, int count, Random random, int least, int most)
    {
        for (var i = 0; i < count; i++)
        {
            spread.Add((long)(((random.NextDouble() * (most - least)) + least) * Millisecond), sentAt: 0);
        }
    }
}
