using RateLimited.Http.Admission;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>Who goes next, when all wait for what they share.</summary>
public sealed class LineOrderTests : IDisposable
{
    private readonly AdmissionBed _bed = new();
    private readonly List<Waiter> _waiting = [];

    public void Dispose() => _bed.Dispose();

    [Fact]
    public void Higher_priority_goes_first_and_arrival_order_holds_inside_one()
    {
        var service = _bed.Serve(Bucket("b", 1, Ms(1), burst: 1));
        Enter(service, "taken");
        Done().ShouldBe(["taken"]);
        RequestPriority[] priorities = [RequestPriority.Background, RequestPriority.Normal, RequestPriority.Critical, RequestPriority.Low, RequestPriority.High];
        for (var round = 0; round < 2; round++)
        {
            foreach (var priority in priorities)
            {
                Enter(service, $"{priority}{round}", Of(priority));
            }
        }

        Drain(10).ShouldBe(["Critical0", "Critical1", "High0", "High1", "Normal0", "Normal1", "Low0", "Low1", "Background0", "Background1"]);
    }

    [Fact]
    public void A_newcomer_of_higher_priority_goes_before_whoever_is_waited_for()
    {
        var service = _bed.Serve(Window("w", 10, Ms(100)));
        Enter(service, "first", Costing(10)).IsAdmitted.ShouldBeTrue();
        Enter(service, "large", Costing(10));
        Enter(service, "small", Costing(1, priority: RequestPriority.High));

        _bed.Advance(Ms(100));

        Done().ShouldBe(["first", "small"]);
        _bed.Advance(Ms(100));
        Done().ShouldBe(["large"]);
    }

    [Fact]
    public void A_large_request_at_the_head_is_not_starved_by_small_ones()
    {
        var service = _bed.Serve(Bucket("b", 10, Ms(10), burst: 10));
        Enter(service, "full", Costing(10));
        Enter(service, "large", Costing(10));
        Done().ShouldBe(["full"]);
        for (var at = 0; at < 9; at++)
        {
            Enter(service, $"small{at}");
            Step().ShouldBeEmpty();
        }

        Step().ShouldBe(["large"]);
        Step().ShouldBe(["small0"]);
    }

    [Fact]
    public void Nobody_overtakes_by_trying_while_others_wait_for_the_same()
    {
        var service = _bed.Serve(Window("w", 10, Ms(100)));
        Enter(service, "nine", Costing(9));
        Enter(service, "large", Costing(10));

        var tried = service.TryAcquire();

        tried.IsAdmitted.ShouldBeFalse();
        tried.Limit.ShouldBe("w");
        tried.RetryAfter.ShouldBe(Ms(100), "the large one goes first");
    }

    [Fact]
    public void Whoever_tries_may_go_when_the_line_waits_for_what_it_does_not_need()
    {
        var service = _bed.Serve(Window("r", 10, Ms(100)), Window("t", 10, Ms(100), Tokens));
        Enter(service, "tokens", Of(tokens: 10));
        Enter(service, "more", Of(tokens: 10));

        service.TryAcquire(Of()).IsAdmitted.ShouldBeTrue();
        service.TryAcquire(Of(tokens: 1)).IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    public void A_wait_that_is_known_to_be_too_long_is_refused_at_once_with_the_wait_it_would_have_been()
    {
        var service = _bed.Serve(Bucket("b", 1, Ms(10), burst: 1));
        Enter(service, "a");
        Enter(service, "b");
        Enter(service, "c");

        var refused = Enter(service, "d", Of(timeout: Ms(29.9)));
        var kept = Enter(service, "e", Of(timeout: Ms(30)));

        refused.Reason.ShouldBe(RejectionReason.Timeout);
        refused.Refusal!.RetryAfter.ShouldBe(Ms(30));
        refused.Refusal.Limit.ShouldBe("b");
        kept.IsDone.ShouldBeFalse();
    }

    [Fact]
    public void Whose_turn_comes_at_the_very_deadline_goes()
    {
        var service = _bed.Serve(Window("w", 1, Ms(50)));
        Enter(service, "a");
        Enter(service, "b", Of(timeout: Ms(50)));

        _bed.Advance(Ms(50));

        Done().ShouldBe(["a", "b"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whoever_gives_up_does_so_exactly_at_the_deadline(bool isUsualTimeout)
    {
        var definition = Define(Slots("c", 1));
        var service = _bed.Serve(isUsualTimeout ? definition with { Queue = definition.Queue with { Timeout = Ms(40) } } : definition);
        Enter(service, "holder");
        var waiter = Enter(service, "waiter", Of(timeout: isUsualTimeout ? null : Ms(40)));

        _bed.Advance(Ms(40) - TimeSpan.FromTicks(1));
        waiter.IsDone.ShouldBeFalse();

        _bed.Advance(TimeSpan.FromTicks(1));
        waiter.Reason.ShouldBe(RejectionReason.Timeout);
        waiter.Refusal!.Limit.ShouldBe("c");
        service.GetStatus().Line.ShouldBeEmpty();
    }

    [Fact]
    public void When_the_head_gives_up_those_behind_it_are_looked_at()
    {
        var service = _bed.Serve(Window("w", 10, Ms(1000)));
        Enter(service, "nine", Costing(9));
        Enter(service, "large", Costing(10) with { Timeout = TimeSpan.FromSeconds(5) });
        var small = Enter(service, "small");
        var blocked = Enter(service, "later", Costing(10) with { Timeout = Ms(100_000) });
        var reloaded = service.Definition with { Limits = [Window("w", 10, Ms(30_000))] };
        service.Apply(reloaded);

        _bed.Advance(TimeSpan.FromSeconds(5));

        small.IsAdmitted.ShouldBeTrue("it fits, and the large one before it has given up");
        blocked.IsDone.ShouldBeFalse();
    }

    [Fact]
    public void A_timeout_of_zero_never_waits()
    {
        var service = _bed.Serve(Window("r", 10, Ms(100)), Window("t", 10, Ms(100), Tokens));
        Enter(service, "tokens", Of(tokens: 10));
        Enter(service, "waits", Of(tokens: 10));

        Enter(service, "fits", Of(timeout: TimeSpan.Zero)).IsAdmitted.ShouldBeTrue("trying admits it too");
        Enter(service, "does not", Of(tokens: 1, timeout: TimeSpan.Zero)).Reason.ShouldBe(RejectionReason.LimitReached);
    }

    [Fact]
    public void What_can_never_go_is_refused_at_once()
    {
        var service = _bed.Serve(Window("w", 10, Ms(100)));

        Enter(service, "dear", Costing(11)).Reason.ShouldBe(RejectionReason.CostExceedsQuota);
        service.EstimateWait(Costing(11)).ShouldBeNull();
        service.TryAcquire(Costing(11)).Reason.ShouldBe(RejectionReason.CostExceedsQuota);
    }

    [Fact]
    public void A_full_line_refuses_the_newest()
    {
        var definition = Define(Slots("c", 1));
        var service = _bed.Serve(definition with { Queue = definition.Queue with { Length = 2 } });
        Enter(service, "holder");
        Enter(service, "a", Of(RequestPriority.Low));
        Enter(service, "b", Of(RequestPriority.Low));

        Enter(service, "c", Of(RequestPriority.Critical)).Reason.ShouldBe(RejectionReason.QueueFull);
        Waiting(service).ShouldBe(2);
    }

    [Fact]
    public void A_full_line_drops_the_newest_of_the_lowest_if_told_to()
    {
        var definition = Define(Slots("c", 1));
        var service = _bed.Serve(definition with { Queue = definition.Queue with { Length = 3, Overflow = QueueOverflow.DropLowestPriority } });
        Enter(service, "holder");
        Enter(service, "low0", Of(RequestPriority.Low));
        var newest = Enter(service, "low1", Of(RequestPriority.Low));
        Enter(service, "normal");

        var high = Enter(service, "high", Of(RequestPriority.High));
        newest.Reason.ShouldBe(RejectionReason.Displaced);
        high.IsDone.ShouldBeFalse();
        Enter(service, "low2", Of(RequestPriority.Low)).Reason.ShouldBe(RejectionReason.QueueFull, "nobody is lower");
        Waiting(service).ShouldBe(3);
    }

    [Fact]
    public void A_line_full_by_cost_drops_only_if_that_makes_room()
    {
        var definition = Define(Slots("c", 1), Window("t", 1000, Ms(1000), Tokens));
        var queue = definition.Queue with { Overflow = QueueOverflow.DropLowestPriority, Costs = new Dictionary<string, long>(StringComparer.Ordinal) { [Tokens] = 100 } };
        var service = _bed.Serve(definition with { Queue = queue });
        Enter(service, "holder");
        var high = Enter(service, "high", Of(RequestPriority.High, tokens: 60));
        var low = Enter(service, "low", Of(RequestPriority.Low, tokens: 40));

        Enter(service, "too much", Of(tokens: 50)).Reason.ShouldBe(RejectionReason.QueueFull);
        low.IsDone.ShouldBeFalse("dropping it would not have made room");

        Enter(service, "enough", Of(tokens: 40)).IsDone.ShouldBeFalse();
        low.Reason.ShouldBe(RejectionReason.Displaced);
        high.IsDone.ShouldBeFalse();
    }

    [Fact]
    public void One_request_dearer_than_the_bound_may_wait_alone()
    {
        var definition = Define(Slots("c", 1), Window("t", 1000, Ms(1000), Tokens));
        var service = _bed.Serve(definition with { Queue = definition.Queue with { Costs = new Dictionary<string, long>(StringComparer.Ordinal) { [Tokens] = 100 } } });
        Enter(service, "holder");

        Enter(service, "alone", Of(tokens: 500)).IsDone.ShouldBeFalse();
        Enter(service, "second", Of(tokens: 1)).Reason.ShouldBe(RejectionReason.QueueFull);
    }

    private Waiter Enter(ServiceLimiter service, string name, AdmissionRequest request = default)
    {
        var waiter = Waiter.Enter(service, request, name, TestContext.Current.CancellationToken);
        _waiting.Add(waiter);
        return waiter;
    }

    private static int Waiting(ServiceLimiter service) => service.GetStatus().Line.Sum(static each => each.Waiting);

    private List<string> Done()
    {
        var done = _waiting.Where(static waiter => waiter.IsAdmitted).Select(static waiter => waiter.Name).ToList();
        _waiting.RemoveAll(static waiter => waiter.IsDone);
        return done;
    }

    private List<string> Step()
    {
        _bed.Advance(Ms(1));
        return Done();
    }

    private List<string> Drain(int steps) => [.. Enumerable.Range(0, steps).SelectMany(_ => Step())];
}
