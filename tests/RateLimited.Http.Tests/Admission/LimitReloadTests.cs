using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>Limits change while requests wait and leases are out: state is kept, nothing is given out anew, nobody is lost.</summary>
public sealed class LimitReloadTests : IDisposable
{
    private readonly AdmissionBed _bed = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    public void Dispose() => _bed.Dispose();

    [Fact]
    public void A_quota_that_goes_up_lets_waiters_go_and_one_that_goes_down_takes_nothing_back()
    {
        var service = _bed.Serve(Window("w", 2, Ms(100)));
        var waiters = Enter(service, 8);
        Admitted(waiters).ShouldBe(2);

        service.Apply(Define(Window("w", 5, Ms(100))));
        Admitted(waiters).ShouldBe(5);
        service.Apply(Define(Window("w", 3, Ms(100))));
        Admitted(waiters).ShouldBe(5);
        service.GetStatus().Limits[0].Used.ShouldBe(5);

        _bed.Advance(Ms(100));
        Admitted(waiters).ShouldBe(8);
    }

    [Theory]
    [InlineData("renamed", 100)]
    [InlineData("w", 200)]
    [InlineData("renamed", 200)]
    public void A_limit_keeps_what_was_used_through_a_new_name_or_window(string name, int window)
    {
        var service = _bed.Serve(Window("w", 3, Ms(100)));
        Enter(service, 3);

        service.Apply(Define(Window(name, 3, Ms(window))));

        service.TryAcquire().RetryAfter.ShouldBe(Ms(window));
    }

    [Fact]
    public void A_limit_keeps_what_was_used_through_another_algorithm()
    {
        var service = _bed.Serve(Window("w", 4, Ms(100)));
        Enter(service, 4);

        service.Apply(Define(Bucket("b", 4, Ms(100), burst: 4)));
        service.TryAcquire().RetryAfter.ShouldBe(Ms(25));
        service.Apply(Define(Fixed("f", 4, Ms(100), WindowAnchor.FirstUse)));
        service.TryAcquire().IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    public void A_limit_that_is_added_counts_from_now_and_one_that_is_removed_lets_waiters_go()
    {
        var service = _bed.Serve(Window("w", 1, Ms(1000)));
        var waiters = Enter(service, 3);

        service.Apply(Define(Window("w", 1, Ms(1000)), Window("other", 10, Ms(1000), Tokens)));
        Admitted(waiters).ShouldBe(1);
        service.Apply(Define(Window("other", 10, Ms(1000), Tokens)));

        Admitted(waiters).ShouldBe(3);
    }

    [Fact]
    public void A_waiter_that_a_smaller_quota_can_never_admit_is_told_so_at_once()
    {
        var service = _bed.Serve(Slots("c", 1), Window("w", 10, Ms(100), Tokens));
        Enter(service, 1);
        var dear = Waiter.Enter(service, Of(tokens: 10), token: TestContext.Current.CancellationToken);
        var cheap = Waiter.Enter(service, Of(tokens: 1), token: TestContext.Current.CancellationToken);

        service.Apply(Define(Slots("c", 1), Window("w", 5, Ms(100), Tokens)));

        dear.Reason.ShouldBe(RejectionReason.CostExceedsQuota);
        dear.Refusal!.Limit.ShouldBe("w");
        cheap.IsDone.ShouldBeFalse();
    }

    [Fact]
    public void Leases_that_are_out_count_against_a_smaller_number_of_slots_until_they_end()
    {
        var service = _bed.Serve(Slots("c", 4));
        var holders = Enter(service, 4);
        var waiter = Enter(service, 1)[0];
        service.Apply(Define(Slots("renamed", 2)));

        holders[0].Complete();
        holders[1].Complete();
        waiter.IsDone.ShouldBeFalse();
        holders[2].Complete();

        waiter.IsAdmitted.ShouldBeTrue();
        service.GetStatus().Limits[0].Used.ShouldBe(2);
    }

    [Fact]
    public void A_lease_that_a_window_counted_does_not_release_a_slot_of_the_limit_that_took_its_name()
    {
        var service = _bed.Serve(Window("same", 5, Ms(1000)));
        var counted = Enter(service, 1)[0];
        service.Apply(Define(Slots("same", 1)));
        var holder = Enter(service, 1)[0];
        holder.IsAdmitted.ShouldBeTrue();

        counted.GiveBack();

        service.TryAcquire().IsAdmitted.ShouldBeFalse("a slot was minted");
        holder.Complete();
    }

    [Fact]
    public void Deadlines_priorities_and_order_outlast_a_reload()
    {
        var definition = Define(Slots("c", 1));
        definition = definition with { Queue = definition.Queue with { Timeout = Ms(50) } };
        var service = _bed.Serve(definition);
        var holder = Enter(service, 1)[0];
        var usual = Enter(service, 1)[0];
        var own = Waiter.Enter(service, Of(timeout: Ms(80)), token: TestContext.Current.CancellationToken);
        var high = Waiter.Enter(service, Of(RequestPriority.High, timeout: Ms(90)), token: TestContext.Current.CancellationToken);
        _bed.Advance(Ms(20));
        service.Apply(definition with { Queue = definition.Queue with { Timeout = Ms(500) } });
        var later = Enter(service, 1)[0];

        _bed.Advance(Ms(30));
        usual.Reason.ShouldBe(RejectionReason.Timeout, "what it was promised when it came");
        holder.Complete();
        high.IsAdmitted.ShouldBeTrue();
        _bed.Advance(Ms(30));
        own.Reason.ShouldBe(RejectionReason.Timeout);
        later.IsDone.ShouldBeFalse();
        high.Complete();
        later.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void Global_limits_change_in_place_for_all_services()
    {
        using var bed = new AdmissionBed(Window("global", 1, Ms(100)));
        var (one, two) = (bed.Serve(Define() with { Name = "one" }), bed.Serve(Define() with { Name = "two" }));
        one.TryAcquire().IsAdmitted.ShouldBeTrue();
        var waiter = Waiter.Enter(two, token: TestContext.Current.CancellationToken);

        Apply(Window("global", 2, Ms(100)));
        waiter.IsAdmitted.ShouldBeTrue();
        one.TryAcquire().IsAdmitted.ShouldBeFalse();
        Apply();
        one.TryAcquire().IsAdmitted.ShouldBeTrue();

        void Apply(params LimitDefinition[] globals)
        {
            bed.Store.ApplyGlobal(globals);
            one.Apply();
            two.Apply();
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void However_often_limits_change_no_window_holds_more_than_the_largest_quota_it_saw_and_all_get_through(int seed)
    {
        var random = new Random(seed);
        var window = random.Next(10, 60);
        var service = _bed.Serve(Window("w", 5, Ms(window)), Slots("c", 3));
        var (waiters, admitted, held) = (new List<Waiter>(), new List<long>(), new List<Waiter>());
        var (most, mostSlots) = (5L, 3L);
        for (var step = 0; step < 400; step++)
        {
            switch (random.Next(4))
            {
                case 0:
                    var (quota, slots) = (random.Next(1, 9), random.Next(1, 6));
                    (most, mostSlots) = (Math.Max(most, quota), Math.Max(mostSlots, slots));
                    service.Apply(Define(Window(random.Next(2) == 0 ? "w" : "v", quota, Ms(window)), Slots("c", slots)) with { TenantLimits = random.Next(2) == 0 ? [] : [Slots("t", 1, PartitionBy.Tenant)] });
                    break;
                case 1:
                    _bed.Advance(TimeSpan.FromTicks(random.Next(0, 100_000)));
                    break;
                case 2 when held.Count > 0:
                    held[^1].Complete();
                    held.RemoveAt(held.Count - 1);
                    break;
                default:
                    waiters.Add(Waiter.Enter(service, Of((RequestPriority)random.Next(-2, 3), $"t{random.Next(3)}"), token: TestContext.Current.CancellationToken));
                    break;
            }

            Collect();
            held.Count.ShouldBeLessThanOrEqualTo((int)mostSlots, $"seed {seed}, step {step}");
            admitted.All(from => admitted.Count(time => time >= from && time < from + Ms(window).Ticks) <= most).ShouldBeTrue($"seed {seed}, step {step}");
            admitted.RemoveAll(time => time < _bed.Now.Ticks - (2 * Ms(window).Ticks));
        }

        for (var i = 0; i < 2000 && waiters.Count > 0; i++)
        {
            held.ForEach(static waiter => waiter.Complete());
            held.Clear();
            _bed.Advance(Ms(window));
            Collect();
        }

        waiters.ShouldBeEmpty($"seed {seed}: somebody hangs");
        held.ForEach(static waiter => waiter.Complete());
        service.GetStatus().InFlight.ShouldBe(0);
        service.GetStatus().Limits.Single(static limit => limit.Name == "c").Used.ShouldBe(0);

        void Collect()
        {
            foreach (var waiter in waiters.Where(static waiter => waiter.IsDone).ToList())
            {
                waiter.IsAdmitted.ShouldBeTrue();
                waiters.Remove(waiter);
                held.Add(waiter);
                admitted.Add(waiter.ChargedAt);
            }
        }
    }

    [Fact]
    public void A_reload_of_what_is_paused_partitioned_or_measured_keeps_it()
    {
        var definition = Define() with { TenantLimits = [new LimitDefinition("t", Requests, new TokenBucket(1, Ms(1000).Ticks, 2), PartitionBy.Tenant)] };
        var service = _bed.Serve(definition);
        service.TryAcquire(Of(tenant: "a")).IsAdmitted.ShouldBeTrue();
        service.Record(new RequestOutcome { RetryAfter = Ms(10) });

        service.Apply(definition with { TenantLimits = [new LimitDefinition("t", Requests, new TokenBucket(1, Ms(2000).Ticks, 2), PartitionBy.Tenant)] });

        service.GetStatus().Pause.ShouldBe(Ms(10));
        service.GetStatus().Limits[0].Used.ShouldBe(1);
        service.GetStatus().Limits[0].ResetAfter.ShouldBe(Ms(2000));
    }

    private static List<Waiter> Enter(ServiceLimiter service, int count) => [.. Enumerable.Range(0, count).Select(_ => Waiter.Enter(service, token: TestContext.Current.CancellationToken))];

    private static int Admitted(List<Waiter> waiters) => waiters.Count(static waiter => waiter.IsAdmitted);
}
