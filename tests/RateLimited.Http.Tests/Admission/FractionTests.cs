using FsCheck.Fluent;
using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Admission;

/// <summary>Parts of units are counted exactly: twice a half is one, and never a little more or less.</summary>
public sealed class FractionTests
{
    private const string Unit = "premium";

    private static readonly int[] PartsOfAMillion = [1, 2, 4, 5, 8, 10, 20, 100, 1_000, 1_000_000];

    [Theory]
    [InlineData("0.5", 2, 20)]
    [InlineData("0.1", 10, 100)]
    [InlineData("2.5", 2, 4)]
    [InlineData("0.000001", 1_000_000, 10_000_000)]
    [InlineData("3.333333", 1_000_000, 3)]
    [InlineData("10", 2, 1)]
    public void A_quota_of_ten_gives_out_ten_and_no_more(string cost, int parts, long most)
    {
        foreach (var rule in (LimitRule[])[new SlidingWindow(10L * parts, 600), new FixedWindow(10L * parts, 600), new TokenBucket(10L * parts, long.MaxValue >> 20, 10L * parts)])
        {
            using var bed = new AdmissionBed();
            var service = bed.Serve(new LimitDefinition("limit", Unit, rule) { PartsPerUnit = parts });
            var request = new AdmissionRequest { Costs = [UnitCost.Of(Unit, decimal.Parse(cost, System.Globalization.CultureInfo.InvariantCulture))] };
            var all = new AdmissionRequest { Costs = [UnitCost.Of(Unit, (most - 1) * request.Costs[0].Value)] };

            service.TryAcquire(all).IsAdmitted.ShouldBeTrue();
            service.TryAcquire(request).IsAdmitted.ShouldBeTrue();
            service.TryAcquire(request).IsAdmitted.ShouldBeFalse();
            service.GetStatus().Limits[0].ShouldSatisfyAllConditions(
                limit => limit.Quota.ShouldBe(10),
                limit => limit.Used.ShouldBe((long)Math.Ceiling(most * request.Costs[0].Value)),
                limit => limit.Remaining.ShouldBe((long)Math.Floor(10 - (most * request.Costs[0].Value))));
        }
    }

    [Fact]
    public void In_no_window_goes_more_than_the_quota_and_all_of_it_can_be_used() => Holds.For(
        from quota in Gen.Choose(1, 12)
        from parts in Gen.Elements(PartsOfAMillion)
        from costs in Gen.ListOf(Gen.Choose(1, 5 * parts)).Resize(60)
        from pauses in Gen.ListOf(Gen.Choose(0, 300)).Resize(60)
        select (quota, parts, costs, pauses),
        static drawn =>
        {
            const long Window = 1_000;
            using var bed = new AdmissionBed();
            var service = bed.Serve(new LimitDefinition("limit", Unit, new SlidingWindow((long)drawn.quota * drawn.parts, Window)) { PartsPerUnit = drawn.parts });
            var went = new List<(long At, decimal Cost)>();
            foreach (var (parts, pause) in drawn.costs.Zip(drawn.pauses))
            {
                bed.Time.Advance(new TimeSpan(pause));
                var cost = UnitCost.Of(Unit, (decimal)parts / drawn.parts);
                var now = bed.Store.Clock.Now;
                var used = went.Where(each => now - each.At < Window).Sum(static each => each.Cost);
                var isAdmitted = service.TryAcquire(new AdmissionRequest { Costs = [cost] }).IsAdmitted;
                if (isAdmitted)
                {
                    went.Add((now, cost.Value));
                    (used + cost.Value).ShouldBeLessThanOrEqualTo(drawn.quota);
                }
                else if (went.TrueForAll(each => now - each.At < Window))
                {
                    // Nothing has expired, so that nothing is held longer than it must be.
                    (used + cost.Value).ShouldBeGreaterThan(drawn.quota);
                }
            }
        },
        share: 4);

    [Fact]
    public void What_is_finer_than_the_limit_counts_is_rounded_up()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(new LimitDefinition("limit", Unit, new SlidingWindow(2 * 10, 600)) { PartsPerUnit = 2 });

        service.TryAcquire(new AdmissionRequest { Costs = [UnitCost.Of(Unit, 0.26m)] }).IsAdmitted.ShouldBeTrue();
        service.TryAcquire(new AdmissionRequest { Costs = [UnitCost.Of(Unit, 9m)] }).IsAdmitted.ShouldBeTrue();
        service.TryAcquire(new AdmissionRequest { Costs = [UnitCost.Of(Unit, 0.5m)] }).IsAdmitted.ShouldBeTrue();
        service.TryAcquire(new AdmissionRequest { Costs = [UnitCost.Of(Unit, 0.5m)] }).IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    public void Requests_can_cost_a_part_of_one_and_those_that_say_nothing_cost_one()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(new LimitDefinition("limit", UnitCost.Requests, new SlidingWindow(2 * 2, 600)) { PartsPerUnit = 2 });
        var half = new AdmissionRequest { Costs = [UnitCost.Of(UnitCost.Requests, 0.5m)] };

        service.TryAcquire().IsAdmitted.ShouldBeTrue();
        service.TryAcquire(half).IsAdmitted.ShouldBeTrue();
        service.TryAcquire().IsAdmitted.ShouldBeFalse();
        service.TryAcquire(half).IsAdmitted.ShouldBeTrue();
        service.TryAcquire(half).IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    public void Permits_of_other_limiters_are_whole_requests()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(new LimitDefinition("limit", UnitCost.Requests, new SlidingWindow(3 * 4, 600)) { PartsPerUnit = 4 });
        using var limiter = RateLimited.Http.Configuration.RateLimiters.AsRateLimiter(service);

        limiter.AttemptAcquire(2).IsAcquired.ShouldBeTrue();
        limiter.GetStatistics()!.CurrentAvailablePermits.ShouldBe(1);
        limiter.AttemptAcquire(2).IsAcquired.ShouldBeFalse();
        limiter.AttemptAcquire(1).IsAcquired.ShouldBeTrue();
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    [InlineData(2, 1_000_000)]
    [InlineData(10, 4)]
    public void A_change_of_the_parts_gives_nothing_out_anew(int before, int after)
    {
        foreach (var make in (Func<long, LimitRule>[])[static quota => new SlidingWindow(quota, 600), static quota => new FixedWindow(quota, 600), static quota => new TokenBucket(quota, 600_000, quota)])
        {
            foreach (var partition in (PartitionBy[])[PartitionBy.Service, PartitionBy.Tenant])
            {
                using var bed = new AdmissionBed();
                var service = bed.Serve(new LimitDefinition("limit", Unit, make(10L * before), partition) { PartsPerUnit = before });
                var request = new AdmissionRequest { Tenant = "t", Costs = [new UnitCost(Unit, 6)] };
                var lease = service.TryAcquire(request).Lease!;

                service.Apply(service.Definition with { Limits = [new LimitDefinition("limit", Unit, make(10L * after), partition) { PartsPerUnit = after }] });

                service.GetStatus().Limits[0].Used.ShouldBe(6);
                service.TryAcquire(request with { Costs = [new UnitCost(Unit, 5)] }).IsAdmitted.ShouldBeFalse();
                service.TryAcquire(request with { Costs = [new UnitCost(Unit, 4)] }).IsAdmitted.ShouldBeTrue();

                // What was charged in other parts is not known in these: it stays.
                lease.Settle(Unit, 0);
                lease.Dispose();
                service.GetStatus().Limits[0].Used.ShouldBe(10);
            }
        }
    }

    [Fact]
    public async Task Those_who_wait_are_counted_in_parts_too()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(new LimitDefinition("limit", Unit, new SlidingWindow(2, TimeSpan.TicksPerMinute)) { PartsPerUnit = 2 });
        var half = new AdmissionRequest { Costs = [UnitCost.Of(Unit, 0.5m)], Timeout = TimeSpan.FromMinutes(10) };
        service.TryAcquire(half).IsAdmitted.ShouldBeTrue();
        service.TryAcquire(half).IsAdmitted.ShouldBeTrue();
        var waiters = Enumerable.Range(0, 4).Select(_ => service.AcquireAsync(half, TestContext.Current.CancellationToken).AsTask()).ToArray();

        // Two go in one minute and two in the next: whoever comes now is the fifth, and goes in the third.
        service.EstimateWait(half).ShouldBe(TimeSpan.FromMinutes(3));
        for (var minute = 0; minute < 3; minute++)
        {
            bed.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await Task.WhenAll(waiters);
    }

    [Theory]
    [InlineData("0", 0, 0)]
    [InlineData("1.5", 1, 500_000)]
    [InlineData("0.0000001", 0, 1)]
    [InlineData("0.9999999", 1, 0)]
    [InlineData("9223372036854775807", long.MaxValue, 0)]
    public void A_cost_is_whole_ones_and_millionths_rounded_up(string amount, long whole, int millionths)
    {
        var cost = UnitCost.Of(Unit, decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture));

        cost.ShouldBe(new UnitCost(Unit, whole) { Millionths = millionths });
        cost.Value.ShouldBe(whole + (millionths / 1_000_000m));
    }

    [Fact]
    public void What_is_no_cost_is_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => UnitCost.Of(Unit, -0.1m));
        Should.Throw<ArgumentOutOfRangeException>(() => UnitCost.Of(Unit, decimal.MaxValue));
        Should.Throw<ArgumentException>(() => UnitCost.Of(" ", 1));
        Should.Throw<ArgumentOutOfRangeException>(() => new UnitCost(Unit, 1) { Millionths = 1_000_000 });
        Should.Throw<ArgumentOutOfRangeException>(() => new UnitCost(Unit, 1) { Millionths = -1 });
    }
}
