using RateLimited.Http.Testing.Simulation;

namespace RateLimited.Http.Testing.Tests.Simulation;

/// <summary>Who comes when.</summary>
public sealed class DemandTests
{
    private static readonly SimulationSpan Day = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeSpan.FromDays(1));

    [Fact]
    public void Steady_is_always_as_far_apart()
    {
        var instants = Instants(Demand.Steady(0.5), new SimulationSpan(Day.Start, TimeSpan.FromSeconds(9)));

        instants.ShouldBe([0, 2, 4, 6, 8]);
    }

    [Fact]
    public void Bursts_come_at_once_again_and_again()
    {
        var instants = Instants(Demand.Bursts(3, TimeSpan.FromSeconds(10)), new SimulationSpan(Day.Start, TimeSpan.FromSeconds(21)));

        instants.ShouldBe([0, 0, 0, 10, 10, 10, 20, 20, 20]);
    }

    [Fact]
    public void Poisson_comes_as_often_as_it_says_and_its_gaps_vary_as_much_as_they_are_long()
    {
        var instants = Instants(Demand.Poisson(1), Day);
        var gaps = instants.Skip(1).Zip(instants, static (next, one) => next - one).ToArray();
        var mean = gaps.Average();

        instants.Length.ShouldBeInRange(85_500, 87_300);
        Math.Sqrt(gaps.Average(gap => (gap - mean) * (gap - mean))).ShouldBe(mean, tolerance: 0.02);
        instants.ShouldBe(instants.Order());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Diurnal_is_highest_at_noon_of_the_wall_clock(int beginsAt)
    {
        var span = new SimulationSpan(Day.Start.AddHours(beginsAt), TimeSpan.FromDays(1));
        var hours = Instants(Demand.Diurnal(1, swing: 0.8), span).CountBy(second => (beginsAt + (int)(second / 3600)) % 24).ToDictionary();

        hours.Values.Sum().ShouldBeInRange(85_500, 87_300);
        ((double)hours[12] / 3600).ShouldBe(1.8, tolerance: 0.1);
        ((double)hours[0] / 3600).ShouldBe(0.2, tolerance: 0.05);
        ((double)hours[6] / 3600).ShouldBe(1.0, tolerance: 0.2);
    }

    [Fact]
    public void The_mix_says_what_requests_are_like()
    {
        var mix = new RequestMix
        {
            Tenants = 4,
            Names = 2,
            Endpoint = "search",
            Costs = [new CostRange("tokens", 5, 9)],
            LeastLatency = TimeSpan.FromMilliseconds(10),
            MostLatency = TimeSpan.FromMilliseconds(30),
        };
        var requests = Demand.Steady(1, mix).Requests(new SimulationSpan(Day.Start, TimeSpan.FromSeconds(4_000)), new Random(1)).ToArray();

        requests.CountBy(static each => each.Request.Tenant!).ShouldAllBe(static count => count.Value > 900 && count.Value < 1100);
        requests.Select(static each => each.Request.Partition).Distinct().Order().ShouldBe(["name-1", "name-2"]);
        requests.ShouldAllBe(static each => each.Request.Endpoint == "search" && each.Request.Costs!.Count == 1);
        requests.Select(static each => each.Request.Costs![0].Amount).Distinct().Order().ShouldBe([5, 6, 7, 8, 9]);
        requests.ShouldAllBe(static each => each.Latency >= TimeSpan.FromMilliseconds(10) && each.Latency <= TimeSpan.FromMilliseconds(30));
    }

    [Fact]
    public void The_same_seed_draws_the_same()
    {
        var demand = Demand.Poisson(3, new RequestMix { Tenants = 7 });
        var span = new SimulationSpan(Day.Start, TimeSpan.FromMinutes(5));

        demand.Requests(span, new Random(3)).ShouldBe(demand.Requests(span, new Random(3)));
        demand.Requests(span, new Random(3)).ShouldNotBe(demand.Requests(span, new Random(4)));
    }

    [Fact]
    public void Figures_out_of_range_are_refused()
    {
        Action[] wrong =
        [
            () => Demand.Steady(0), () => Demand.Poisson(double.NaN), () => Demand.Poisson(double.PositiveInfinity), () => Demand.Diurnal(1, swing: 1.1), () => Demand.Diurnal(1, double.NaN),
            () => Demand.Bursts(0, TimeSpan.FromSeconds(1)), () => Demand.Bursts(1, TimeSpan.Zero), () => Demand.Backlog(0), () => Demand.Steady(1, new RequestMix { Tenants = -1 }),
            () => Demand.Steady(1, new RequestMix { Costs = [new CostRange("t", 2, 1)] }), () => Demand.Steady(1, new RequestMix { Costs = [new CostRange("t", -1, 1)] }),
            () => Demand.Steady(1, new RequestMix { LeastLatency = TimeSpan.FromSeconds(2), MostLatency = TimeSpan.FromSeconds(1) }),
        ];

        wrong.ShouldAllBe(static make => Throws(make));
    }

    private static bool Throws(Action make)
    {
        try
        {
            make();
            return false;
        }
        catch (ArgumentOutOfRangeException)
        {
            return true;
        }
    }

    private static double[] Instants(Demand demand, SimulationSpan span) => [.. demand.Requests(span, new Random(1)).Select(static each => each.At.TotalSeconds)];
}
