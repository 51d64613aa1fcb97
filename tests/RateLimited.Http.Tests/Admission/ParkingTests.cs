using RateLimited.Http.Admission;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>Who waits for a limit of its own (a tenant's, an endpoint's, a name's) steps aside, and loses nothing by it.</summary>
public sealed class ParkingTests : IDisposable
{
    private static readonly LimitDefinition Roomy = Window("all", 1000, Ms(1000));

    private readonly AdmissionBed _bed = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 100)];

    public void Dispose() => _bed.Dispose();

    [Fact]
    public void A_tenant_at_its_limit_does_not_hold_up_others()
    {
        var service = _bed.Serve(Define(Roomy) with { TenantLimits = [Window("tenant", 1, Ms(100), by: PartitionBy.Tenant)] });
        Enter(service, Of(tenant: "a")).IsAdmitted.ShouldBeTrue();
        var held = Enter(service, Of(RequestPriority.Critical, tenant: "a"));

        Enter(service, Of(tenant: "b")).IsAdmitted.ShouldBeTrue();
        Enter(service, Of(RequestPriority.Background)).IsAdmitted.ShouldBeTrue();

        _bed.Advance(Ms(100));
        held.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void A_tenant_back_from_aside_lets_one_go_and_then_gives_way_to_who_waits_for_the_same()
    {
        var service = _bed.Serve(Roomy, Window("name", 2, Ms(100), by: PartitionBy.Name));
        Enter(service, Of(tenant: "a", name: "x")).IsAdmitted.ShouldBeTrue();
        Enter(service, Of(tenant: "a", name: "x")).IsAdmitted.ShouldBeTrue();
        var first = Enter(service, Of(tenant: "a", name: "x"));
        var second = Enter(service, Of(tenant: "a", name: "x"));
        var other = Enter(service, Of(tenant: "b", name: "x"));

        _bed.Advance(Ms(100));

        first.IsAdmitted.ShouldBeTrue();
        other.IsAdmitted.ShouldBeTrue("its turn comes before a second of the first tenant's");
        second.IsDone.ShouldBeFalse();
        _bed.Advance(Ms(100));
        second.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void An_endpoint_at_its_limit_does_not_hold_up_others()
    {
        var service = _bed.Serve(Define(Roomy) with { Endpoints = [new EndpointDefinition("e", [Window("own", 1, Ms(100))], ServiceLimits: true)] });
        Enter(service, Of(endpoint: "e")).IsAdmitted.ShouldBeTrue();
        var held = Enter(service, Of(endpoint: "e"));

        Enter(service, Of()).IsAdmitted.ShouldBeTrue("another endpoint of the same tenant");
        held.IsDone.ShouldBeFalse();
        _bed.Advance(Ms(100));
        held.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void A_name_at_its_limit_does_not_hold_up_other_names_of_the_same_tenant()
    {
        var service = _bed.Serve(Roomy, Window("name", 1, Ms(100), by: PartitionBy.Name));
        Enter(service, Of(name: "n1")).IsAdmitted.ShouldBeTrue();
        var held = Enter(service, Of(name: "n1"));

        Enter(service, Of(name: "n2")).IsAdmitted.ShouldBeTrue();
        Enter(service, Of()).IsAdmitted.ShouldBeTrue();

        _bed.Advance(Ms(100));
        held.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void What_others_wait_for_aside_is_not_before_a_newcomer()
    {
        var service = _bed.Serve(Roomy, Window("name", 1, Ms(100), by: PartitionBy.Name));
        for (var i = 0; i < 50; i++)
        {
            Enter(service, Of(RequestPriority.High, name: "n1"));
        }

        service.EstimateWait(Of(name: "n2")).ShouldBe(TimeSpan.Zero);
        service.TryAcquire(Of(name: "n2")).IsAdmitted.ShouldBeTrue();
        Enter(service, Of(name: "n3", timeout: Ms(1))).IsAdmitted.ShouldBeTrue();
        service.EstimateWait(Of(name: "n1")).ShouldBe(Ms(5000));
    }

    [Fact]
    public void Many_waiting_aside_in_a_higher_class_do_not_make_the_shared_limit_look_full()
    {
        var service = _bed.Serve(Define(Window("all", 10, Ms(1000))) with { TenantLimits = [Slots("tenant", 1, PartitionBy.Tenant)] });
        var holder = Enter(service, Of(tenant: "a"));
        for (var i = 0; i < 50; i++)
        {
            Enter(service, Of(RequestPriority.High, tenant: "a"));
        }

        service.TryAcquire(Of(tenant: "b")).IsAdmitted.ShouldBeTrue();
        Enter(service, Of(tenant: "b", timeout: Ms(1))).IsDone.ShouldBeFalse("its own tenant's slot is held");
        Enter(service, Of(tenant: "c", timeout: Ms(1))).IsAdmitted.ShouldBeTrue();
        holder.Complete();
    }

    [Fact]
    public void Nobody_overtakes_by_trying_those_who_wait_aside_for_the_same()
    {
        var service = _bed.Serve(Roomy, Window("name", 1, Ms(100.5), by: PartitionBy.Name));
        Enter(service, Of(tenant: "a", name: "n")).IsAdmitted.ShouldBeTrue();
        var held = Enter(service, Of(tenant: "a", name: "n"));

        _bed.Advance(Ms(100.5));
        service.TryAcquire(Of(tenant: "b", name: "n")).IsAdmitted.ShouldBeFalse("the turn is a's, though the timer is half a millisecond late");
        _bed.Advance(Ms(0.5));

        held.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void A_newcomer_of_higher_priority_goes_first_when_there_is_room_and_nobody_hangs()
    {
        var service = _bed.Serve(Define(Roomy) with { TenantLimits = [Window("tenant", 1, Ms(100), by: PartitionBy.Tenant)] });
        Enter(service, Of(tenant: "a")).IsAdmitted.ShouldBeTrue();
        var low = Enter(service, Of(RequestPriority.Low, tenant: "a"));
        _bed.Advance(Ms(50));
        var high = Enter(service, Of(RequestPriority.High, tenant: "a"));

        _bed.Advance(Ms(50));
        high.IsAdmitted.ShouldBeTrue();
        low.IsDone.ShouldBeFalse();

        _bed.Advance(Ms(100));
        low.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void A_scout_that_finds_no_room_does_not_stand_before_higher_priorities()
    {
        // The scout of the low class is out and blocked by the shared limit when the high one comes.
        var service = _bed.Serve(Define(Bucket("all", 1, Ms(100), burst: 1)) with { TenantLimits = [Slots("tenant", 1, PartitionBy.Tenant)] });
        var holder = Enter(service, Of(tenant: "a"));
        var low = Enter(service, Of(RequestPriority.Low, tenant: "a"));
        _bed.Advance(Ms(100));
        low.IsDone.ShouldBeFalse();
        var high = Enter(service, Of(RequestPriority.High, tenant: "a"));
        holder.Complete();

        high.IsAdmitted.ShouldBeTrue();
        low.IsDone.ShouldBeFalse();
    }

    [Fact]
    public void Releases_of_a_tenant_at_its_window_do_not_make_it_hold_up_others()
    {
        var service = _bed.Serve(Define(Roomy) with
        {
            TenantLimits = [Slots("slots", 100, PartitionBy.Tenant), Window("window", 100, Ms(60_000), by: PartitionBy.Tenant)],
        });
        var flood = Enumerable.Range(0, 100).Select(_ => Enter(service, Of(tenant: "flood"))).ToList();
        var held = Enter(service, Of(tenant: "flood"));
        foreach (var request in flood)
        {
            request.Complete();
        }

        Enter(service, Of(tenant: "other")).IsAdmitted.ShouldBeTrue();
        held.IsDone.ShouldBeFalse();
    }

    [Fact]
    public void Two_limits_of_its_own_that_are_never_free_together_do_not_starve_a_request()
    {
        var service = _bed.Serve(Define(Roomy, Slots("name", 1, PartitionBy.Name)) with { TenantLimits = [Slots("tenant", 1, PartitionBy.Tenant)] });
        var both = default(Waiter);
        var byName = new Queue<Waiter>();
        var byTenant = new Queue<Waiter>();
        byName.Enqueue(Enter(service, Of(tenant: "x", name: "n")));
        byTenant.Enqueue(Enter(service, Of(tenant: "t", name: "y")));
        for (var round = 0; round < 400; round++)
        {
            // A stream of others for each of the two, always with one waiting: the two limits are never seen free together by chance.
            byName.Enqueue(Enter(service, Of(tenant: $"x{round}", name: "n")));
            byTenant.Enqueue(Enter(service, Of(tenant: "t", name: $"y{round}")));
            both ??= Enter(service, Of(tenant: "t", name: "n"));
            Release(round % 2 == 0 ? byName : byTenant);
            if (both.IsAdmitted)
            {
                return;
            }
        }

        Assert.Fail("starved");
    }

    [Fact]
    public void A_release_in_one_service_wakes_who_waits_aside_for_the_same_global_partition_in_another()
    {
        using var bed = new AdmissionBed(Slots("global", 1, PartitionBy.Tenant));
        var (first, second) = (bed.Serve(Define() with { Name = "one" }), bed.Serve(Define() with { Name = "two" }));
        var holder = Enter(first, Of(tenant: "t"));
        var waiter = Enter(second, Of(tenant: "t"));
        waiter.IsDone.ShouldBeFalse();

        holder.Complete();

        waiter.IsAdmitted.ShouldBeTrue();
        waiter.Complete();
    }

    [Fact]
    public void A_release_in_one_service_wakes_who_waits_for_the_same_global_limit_in_another()
    {
        using var bed = new AdmissionBed(Slots("global", 1));
        var (first, second) = (bed.Serve(Define() with { Name = "one" }), bed.Serve(Define() with { Name = "two" }));
        var holder = Enter(first, Of());
        var waiter = Enter(second, Of());

        holder.Complete();

        waiter.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void An_announced_reset_wakes_who_waits_aside()
    {
        var service = _bed.Serve(Define(Roomy) with { Endpoints = [new EndpointDefinition("e", [Fixed("own", 1, Ms(1000), WindowAnchor.Announced)], ServiceLimits: true)] });
        Enter(service, Of(endpoint: "e")).IsAdmitted.ShouldBeTrue();
        var held = Enter(service, Of(endpoint: "e"));

        service.Record(new RequestOutcome { ResetAfter = Ms(10) });
        _bed.Advance(Ms(10));

        held.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void When_the_first_aside_is_cancelled_the_next_takes_its_turn()
    {
        var service = _bed.Serve(Define(Roomy) with { TenantLimits = [Window("tenant", 10, Ms(100), by: PartitionBy.Tenant)] });
        Enter(service, Costing(9, "t")).IsAdmitted.ShouldBeTrue();
        using var source = new CancellationTokenSource();
        var large = Waiter.Enter(service, Costing(10, "t"), token: source.Token);
        var small = Enter(service, Costing(1, "t"));
        small.IsDone.ShouldBeFalse();

        source.Cancel();

        large.IsCancelled.ShouldBeTrue();
        _bed.Advance(TimeSpan.Zero);
        small.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void Who_stood_behind_a_head_that_gave_up_aside_is_looked_at_even_when_it_needs_other_limits()
    {
        var service = _bed.Serve(Define(Roomy) with { TenantLimits = [Window("tokens", 10, Ms(1000), Tokens, PartitionBy.Tenant)] });
        Enter(service, Of(tenant: "t", tokens: 10)).IsAdmitted.ShouldBeTrue();
        Enter(service, Of(tenant: "u", tokens: 10)).IsAdmitted.ShouldBeTrue();
        Enter(service, Of(tenant: "t", tokens: 10));
        var second = Enter(service, Of(tenant: "t", tokens: 10, timeout: Ms(5000)));
        using var source = new CancellationTokenSource();
        var head = Waiter.Enter(service, Of(tenant: "u", tokens: 10), token: source.Token);
        var behind = Enter(service, Of(tenant: "u"));

        source.Cancel();
        _bed.Advance(TimeSpan.Zero);

        head.IsCancelled.ShouldBeTrue();
        behind.IsAdmitted.ShouldBeTrue();
        second.IsDone.ShouldBeFalse();
    }

    [Fact]
    public void Who_comes_from_one_limit_to_the_head_of_another_keeps_the_instant_that_others_wait_for_there()
    {
        var service = _bed.Serve(Define(Roomy, Window("name", 1, Ms(100), by: PartitionBy.Name)) with { TenantLimits = [Window("tenant", 1, Ms(300), by: PartitionBy.Tenant)] });
        Enter(service, Of(tenant: "b", name: "n")).IsAdmitted.ShouldBeTrue();
        var both = Enter(service, Of(tenant: "a", name: "n"));
        _bed.Advance(Ms(50));
        Enter(service, Of(tenant: "a")).IsAdmitted.ShouldBeTrue();
        var later = Enter(service, Of(tenant: "a"));

        // The name has room, the tenant has none, and whoever waits for the tenant came later.
        _bed.Advance(Ms(50));
        both.IsDone.ShouldBeFalse();

        _bed.Advance(Ms(250));
        both.IsAdmitted.ShouldBeTrue();
        _bed.Advance(Ms(300));
        later.IsAdmitted.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whoever_waits_for_several_limits_of_its_own_goes_in_the_end_without_anything_happening(int seed)
    {
        var random = new Random(seed);
        var service = _bed.Serve(Define(Roomy, Own("name", PartitionBy.Name)) with
        {
            Endpoints = [new EndpointDefinition("e", [Own("endpoint")], ServiceLimits: true), new EndpointDefinition("f", [Own("endpoint")], ServiceLimits: true)],
            TenantLimits = [Own("tenant", PartitionBy.Tenant)],
        });
        var waiters = new List<Waiter>();
        for (var i = 0; i < 60; i++)
        {
            var request = Of((RequestPriority)random.Next(-1, 2), Any("a", "b"), Any("n", "m"), Any("e", "f"));
            waiters.Add(Enter(service, request));
            _bed.Advance(Ms(random.Next(30)));
        }

        // Each of its limits alone lets one go in so much time.
        _bed.Advance(Ms(60 * 4 * 300));
        waiters.Count(static waiter => !waiter.IsAdmitted).ShouldBe(0, $"seed {seed}");

        LimitDefinition Own(string name, PartitionBy by = PartitionBy.Service) => Window(name, random.Next(1, 4), Ms(random.Next(20, 300)), by: by);

        string? Any(string one, string other) => random.Next(3) switch { 0 => null, 1 => one, _ => other };
    }

    private static void Release(Queue<Waiter> line)
    {
        while (line.TryPeek(out var first) && first.IsAdmitted)
        {
            line.Dequeue().Complete();
            if (line.TryPeek(out var next) && next.IsAdmitted)
            {
                return;
            }
        }
    }

    private static Waiter Enter(ServiceLimiter service, AdmissionRequest request) => Waiter.Enter(service, request, token: TestContext.Current.CancellationToken);
}
