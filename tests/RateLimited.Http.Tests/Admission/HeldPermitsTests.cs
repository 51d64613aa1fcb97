using System.Threading.RateLimiting;
using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>Leases of slots that need no ticket hold what they were given until they are disposed of, whatever else happens.</summary>
public sealed class HeldPermitsTests : IDisposable
{
    private readonly AdmissionBed _bed = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 100)];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_is_acquired_is_what_a_plain_count_of_slots_and_of_the_window_allows(int seed)
    {
        var random = new Random(seed);
        var (slots, quota, window) = (random.Next(1, 8), random.Next(1, 30), Ms(random.Next(1, 200)));
        var service = _bed.Serve(Slots("slots", slots), Window("window", quota, window));
        using var limiter = new PermitLimiter(service, owned: null);
        var (held, went) = (new List<(RateLimitLease Lease, int Permits)>(), new List<(TimeSpan At, int Permits)>());
        var (admitted, refused) = (0, 0);
        for (var step = 0; step < 400; step++)
        {
            if (random.Next(3) == 0)
            {
                // The log of a window joins what lies close together: after this much all of it counts no more, or all of it does.
                _bed.Advance(random.Next(4) == 0 ? window : TimeSpan.Zero);
            }

            if (held.Count > 0 && random.Next(2) == 0)
            {
                var index = random.Next(held.Count);
                held[index].Lease.Dispose();
                held[index].Lease.Dispose();
                held.RemoveAt(index);
                continue;
            }

            var permits = random.Next(1, 4);
            went.RemoveAll(each => each.At + window <= _bed.Now);
            var fits = held.Sum(static each => each.Permits) + permits <= slots && went.Sum(static each => each.Permits) + permits <= quota;
            var lease = limiter.AttemptAcquire(permits);

            lease.IsAcquired.ShouldBe(fits, $"seed {seed}, step {step}");
            if (fits)
            {
                lease.ShouldBeOfType<HeldPermits>();
                held.Add((lease, permits));
                went.Add((_bed.Now, permits));
            }

            (admitted, refused) = fits ? (admitted + 1, refused) : (admitted, refused + 1);
            service.GetStatus().InFlight.ShouldBe(held.Count);
        }

        (admitted > 0 && refused > 0).ShouldBeTrue();
        held.ForEach(static each => each.Lease.Dispose());
        service.GetStatus().InFlight.ShouldBe(0);
        service.GetStatus().Limits.Single(static limit => limit.Name == "slots").Used.ShouldBe(0);
    }

    [Fact]
    public async Task The_first_in_line_goes_when_one_is_released()
    {
        using var limiter = new PermitLimiter(_bed.Serve(Slots("slots", 2)), owned: null);
        var first = await limiter.AcquireAsync(2, Cancelled);
        first.ShouldBeOfType<HeldPermits>();
        var (one, two, three) = (limiter.AcquireAsync(1, Cancelled).AsTask(), limiter.AcquireAsync(1, Cancelled).AsTask(), limiter.AcquireAsync(1, Cancelled).AsTask());
        (one.IsCompleted, two.IsCompleted, three.IsCompleted).ShouldBe((false, false, false));

        first.Dispose();

        using var kept = await one;
        (await two).Dispose();
        (await three).Dispose();
        limiter.GetStatistics()!.CurrentAvailablePermits.ShouldBe(1);
        kept.Dispose();
        limiter.GetStatistics()!.CurrentAvailablePermits.ShouldBe(2);
    }

    [Fact]
    public void A_slot_that_all_services_share_is_released_to_all_of_them()
    {
        using var bed = new AdmissionBed(Slots("global", 1));
        var (one, other) = (bed.Serve(Define() with { Name = "one" }), bed.Serve(Define() with { Name = "other" }));
        using var limiter = new PermitLimiter(one, owned: null);
        var held = limiter.AttemptAcquire();
        held.ShouldBeOfType<HeldPermits>();
        var waiting = Waiter.Enter(other, token: Cancelled);
        waiting.IsAdmitted.ShouldBeFalse();

        held.Dispose();

        waiting.IsAdmitted.ShouldBeTrue();
        waiting.Complete();
    }

    [Fact]
    public void A_reload_neither_frees_a_slot_that_is_held_nor_keeps_it()
    {
        var service = _bed.Serve(Slots("slots", 3));
        using var limiter = new PermitLimiter(service, owned: null);
        var leases = Enumerable.Range(0, 3).Select(_ => limiter.AttemptAcquire()).ToList();

        service.Apply(Define(Slots("slots", 2)));
        leases[0].Dispose();
        limiter.AttemptAcquire().IsAcquired.ShouldBeFalse();
        service.Apply(Define(new LimitDefinition("slots", Requests, new AdaptiveConcurrency(2, 1, 2), PartitionBy.Service)));
        limiter.AttemptAcquire().IsAcquired.ShouldBeFalse();
        leases[1].Dispose();
        service.Apply(Define(Slots("slots", 2)));
        limiter.AttemptAcquire().IsAcquired.ShouldBeTrue();
        limiter.AttemptAcquire().IsAcquired.ShouldBeFalse();
        leases[2].Dispose();

        limiter.AttemptAcquire().IsAcquired.ShouldBeTrue();
    }

    [Theory]
    [InlineData(RateLimitMode.DryRun)]
    [InlineData(RateLimitMode.Disabled)]
    public void What_was_held_before_the_mode_changed_is_released_after_it(RateLimitMode mode)
    {
        var definition = Define(Slots("slots", 1));
        var service = _bed.Serve(definition);
        using var limiter = new PermitLimiter(service, owned: null);
        var lease = limiter.AttemptAcquire();

        service.Apply(definition with { Mode = mode });
        lease.Dispose();
        service.Apply(definition);

        service.GetStatus().InFlight.ShouldBe(0);
        limiter.AttemptAcquire().IsAcquired.ShouldBeTrue();
    }

    [Fact]
    public void While_the_upstream_pauses_there_is_no_slot_and_it_says_until_when()
    {
        var service = _bed.Serve(Slots("slots", 5));
        using var limiter = new PermitLimiter(service, owned: null);
        service.Record(new RequestOutcome { RetryAfter = Ms(70) });

        var refused = limiter.AttemptAcquire();

        refused.IsAcquired.ShouldBeFalse();
        refused.TryGetMetadata(MetadataName.RetryAfter, out var wait).ShouldBeTrue();
        wait.ShouldBe(Ms(70));
        _bed.Advance(Ms(70));
        limiter.AttemptAcquire().IsAcquired.ShouldBeTrue();
    }
}
