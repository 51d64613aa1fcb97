using System.Text.Json;
using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;
using RateLimited.Http.Testing.Simulation;

namespace RateLimited.Http.Testing.Tests.Simulation;

/// <summary>What a simulation says is what the limits do.</summary>
public sealed class ServiceSimulationTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Who_comes_in_a_burst_waits_window_by_window()
    {
        var report = Run(Service("5/second"), Demand.Bursts(20, TimeSpan.FromHours(1)), TimeSpan.FromHours(1));

        (report.Requests, report.Admitted, report.AtOnce, report.Refused).ShouldBe((20, 20, 5, 0));
        report.Waits.ShouldBe(new WaitTimes(1.5 * Second, Second, 3 * Second, 3 * Second, 3 * Second));
        report.LastAdmission.ShouldBe(3 * Second);
        report.LastAnswer.ShouldBe(3.25 * Second);
        report.Bottleneck.ShouldBe("5/second");
        report.Limits.ShouldHaveSingleItem().HeldUp.ShouldBe(15);
    }

    [Fact]
    public void Who_would_wait_too_long_or_finds_the_line_full_is_refused_and_counted()
    {
        var options = Service("5/minute");
        options.Queue.Length = 7;
        options.Queue.Timeout = TimeSpan.FromSeconds(90);
        var report = Run(options, Demand.Bursts(30, TimeSpan.FromHours(1)), TimeSpan.FromMinutes(10));

        report.Admitted.ShouldBe(10);
        report.Refusals.ShouldBe([new RefusalCount(RejectionReason.Timeout, "5/minute", 20)], ignoreOrder: true);
        options.Queue.Timeout = TimeSpan.FromMinutes(5);
        report = Run(options, Demand.Bursts(30, TimeSpan.FromHours(1)), TimeSpan.FromMinutes(10));
        report.Refusals.ShouldBe([new RefusalCount(RejectionReason.QueueFull, "5/minute", 18)]);
        report.Admitted.ShouldBe(12);
        report.Limits.ShouldHaveSingleItem().Refused.ShouldBe(18);
    }

    [Fact]
    public void What_can_never_go_is_refused_by_the_limit_that_is_too_small()
    {
        var report = Run(Service("10 tokens/minute"), Demand.Steady(1, new RequestMix { Costs = [new CostRange("tokens", 11, 11)] }), 10 * Second);

        report.Refusals.ShouldBe([new RefusalCount(RejectionReason.CostExceedsQuota, "10 tokens/minute", 10)]);
        report.Bottleneck.ShouldBe("10 tokens/minute");
        report.Admitted.ShouldBe(0);
    }

    [Theory]
    [InlineData("10/second", 600, 1.0)]
    [InlineData("10/second fixed", 600, 1.0)]
    [InlineData("10/second token-bucket", 610, 609.0 / 610)]
    [InlineData("60/minute token-bucket burst 5", 64, 1.0)]
    [InlineData("1000/hour fixed", 1000, 1.0)]
    [InlineData("1000/hour fixed pace even burst 10", 26, 1.0)]
    [InlineData("5 concurrent", 300, 1.0)]
    public void Saturated_it_uses_all_that_there_is(string limit, double available, double utilisation)
    {
        var options = Service(limit);
        options.Queue.Timeout = TimeSpan.Zero;
        options.FaultThrottle = false;
        var use = Run(options, Demand.Steady(100), TimeSpan.FromMinutes(1)).Limits.ShouldHaveSingleItem();

        use.Available!.Value.ShouldBe(available, tolerance: available * 0.002);
        use.Utilisation!.Value.ShouldBe(utilisation, tolerance: 0.01);
        use.BusiestUtilisation.ShouldBe(use.Utilisation);
    }

    [Fact]
    public void Windows_of_the_calendar_begin_where_the_wall_clock_says()
    {
        // Midnight in California is 8 in UTC: a day from midnight UTC touches two windows.
        var use = Run(Service("100/day fixed America/Los_Angeles"), Demand.Steady(1), TimeSpan.FromDays(1), TimeSpan.Zero).Limits.ShouldHaveSingleItem();

        (use.Used, use.Available).ShouldBe((200, 200));
    }

    [Fact]
    public void Tenants_names_endpoints_and_keys_are_counted_apart()
    {
        var options = Service("100/second", "4/minute per name");
        options.Tenants.Limits.Add(LimitOptions.Parse("3/minute"));
        options.Endpoints["search"] = new EndpointOptions().Limit("7/minute").Cost("points", 2);
        var mix = new RequestMix { Tenants = 10, Names = 10, Endpoint = "search" };
        var report = Run(new SimulationSetup
        {
            Options = Patient(options, TimeSpan.Zero),
            GlobalLimits = [LimitOptions.Parse("10/minute")],
            Demand = Demand.Steady(100, mix),
            Duration = TimeSpan.FromMinutes(1),
            Keys = 2,
            Prices = new Dictionary<string, decimal>(StringComparer.Ordinal) { ["points"] = 0.25m },
        });

        var uses = report.Limits.ToDictionary(static use => use.Scope + ' ' + use.Name, StringComparer.Ordinal);
        (uses["global 10/minute"].Used, uses["global 10/minute"].Partitions).ShouldBe((10, 1));
        (uses["search 7/minute"].Used, uses["search 7/minute"].Partitions, uses["search 7/minute"].Available).ShouldBe((10, 2, 14));
        uses["service 4/minute per name"].Partitions.ShouldBeGreaterThan(2);
        uses["tenant 3/minute"].Used.ShouldBe(10);
        report.Costs.ShouldBe(new Dictionary<string, decimal>(StringComparer.Ordinal) { ["requests"] = 10, ["points"] = 20 }, ignoreOrder: true);
        report.Price.ShouldBe(5m);
    }

    [Fact]
    public void Parts_of_a_unit_are_counted_exactly()
    {
        var options = Service("10 credits/minute");
        options.Endpoints["half"] = new EndpointOptions().Cost("credits", 0.5m);
        var report = Run(options, Demand.Steady(1, new RequestMix { Endpoint = "half" }), TimeSpan.FromMinutes(1), TimeSpan.Zero);
        var use = report.Limits.ShouldHaveSingleItem();

        (report.Admitted, report.Costs["credits"]).ShouldBe((20, 10m));
        (use.Used, use.Available, use.Utilisation).ShouldBe((10, 10, 1));
        ServicePlanner.Plan(new PlanQuestion { Options = options, Items = 41, Item = new AdmissionRequest { Endpoint = "half" } }, TestContext.Current.CancellationToken)
            .Limits.ShouldHaveSingleItem().ShouldBe(new LimitPace("10 credits/minute", IsShared: false, "credits", 0.5m, 10, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2) + TimeSpan.FromMilliseconds(250)));
    }

    [Fact]
    public void A_backlog_is_worked_off_as_fast_as_it_may_be()
    {
        var report = Run(Service("60/minute token-bucket burst 10"), Demand.Backlog(1_000), TimeSpan.Zero);

        (report.Admitted, report.Refused).ShouldBe((1_000, 0));
        report.LastAdmission.ShouldBe(990 * Second);
        Run(Service("3 concurrent"), Demand.Backlog(100), TimeSpan.Zero).LastAnswer.ShouldBe(34 * TimeSpan.FromMilliseconds(250));
    }

    [Fact]
    public void The_course_adds_up_to_the_whole()
    {
        var report = Run(Service("5/second"), Demand.Bursts(3_000, TimeSpan.FromHours(2)), TimeSpan.FromMinutes(1), TimeSpan.FromDays(1));

        report.Intervals.Sum(static each => each.Requests).ShouldBe(report.Requests);
        report.Intervals.Sum(static each => each.Admitted).ShouldBe(report.Admitted);
        report.Intervals.Sum(static each => each.Refused).ShouldBe(report.Refused);
        report.Intervals.Count.ShouldBeLessThanOrEqualTo(120);
        report.Intervals[0].MostWaiting.ShouldBe(2_995);
        report.Intervals.Zip(report.Intervals.Skip(1)).ShouldAllBe(static pair => pair.First.Begin + pair.First.Length == pair.Second.Begin);
    }

    [Fact]
    public void The_same_seed_gives_the_same_report_and_another_one_another()
    {
        string Report(int seed) => JsonSerializer.Serialize(Run(new SimulationSetup
        {
            Options = Patient(Service("5/second", "40/minute per tenant", "3 concurrent"), TimeSpan.FromSeconds(20)),
            Demand = Demand.Poisson(6, new RequestMix { Tenants = 9, LeastLatency = TimeSpan.FromMilliseconds(20), MostLatency = Second }),
            Duration = TimeSpan.FromMinutes(20),
            Seed = seed,
        }));

        Report(5).ShouldBe(Report(5));
        Report(6).ShouldNotBe(Report(5));
    }

    [Fact]
    public void What_only_watches_is_enforced_here()
    {
        var options = Service("5/second");
        options.Mode = RateLimitMode.DryRun;

        Run(options, Demand.Bursts(10, TimeSpan.FromHours(1)), Second).AtOnce.ShouldBe(5);
    }

    [Fact]
    public void It_says_how_far_it_is_and_can_be_ended()
    {
        var told = new List<double>();
        var setup = new SimulationSetup { Options = Service("100/second"), Demand = Demand.Steady(50), Duration = TimeSpan.FromMinutes(20) };
        ServiceSimulation.Run(setup, told.Add, TestContext.Current.CancellationToken);

        told.Count.ShouldBeGreaterThan(5);
        told.ShouldBe(told.Order());
        told[^1].ShouldBeInRange(0.8, 1);
        Should.Throw<OperationCanceledException>(() => ServiceSimulation.Run(setup, progress: null, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void More_requests_than_were_allowed_for_end_it() =>
        Should.Throw<InvalidOperationException>(() => Run(new SimulationSetup { Options = Service("5/s"), Demand = Demand.Steady(1), MaxRequests = 100 })).Message.ShouldStartWith("More than 100 requests come");

    [Fact]
    public void What_a_host_would_refuse_is_refused_with_all_faults()
    {
        var options = Service("5/second");
        options.Queue.Length = -1;

        Should.Throw<OptionsValidationException>(() => Run(new SimulationSetup { Options = options, GlobalLimits = [LimitOptions.Parse("5/s per tenant")], Demand = Demand.Steady(1) }))
            .Failures.Count().ShouldBe(2);
        Should.Throw<ArgumentOutOfRangeException>(() => Run(new SimulationSetup { Options = Service("5/s"), Demand = Demand.Steady(1), Keys = 0 }));
        Should.Throw<ArgumentOutOfRangeException>(() => Run(new SimulationSetup { Options = Service("5/s"), Demand = Demand.Steady(1), Duration = TimeSpan.FromDays(400) }));
    }

    private static ServiceRateLimitingOptions Service(params string[] limits)
    {
        var options = new ServiceRateLimitingOptions { ArrivalGuard = TimeSpan.Zero };
        foreach (var limit in limits)
        {
            options.Limit(limit);
        }

        return options;
    }

    private static ServiceRateLimitingOptions Patient(ServiceRateLimitingOptions options, TimeSpan timeout)
    {
        options.Queue.Timeout = timeout;
        return options;
    }

    private static SimulationReport Run(ServiceRateLimitingOptions options, Demand demand, TimeSpan duration, TimeSpan? timeout = null) =>
        Run(new SimulationSetup { Options = timeout is { } patience ? Patient(options, patience) : options, Demand = demand, Duration = duration });

    private static SimulationReport Run(SimulationSetup setup) => ServiceSimulation.Run(setup, progress: null, TestContext.Current.CancellationToken);
}
