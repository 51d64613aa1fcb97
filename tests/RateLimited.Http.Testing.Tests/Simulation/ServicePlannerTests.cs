using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;
using RateLimited.Http.Testing.Simulation;

namespace RateLimited.Http.Testing.Tests.Simulation;

/// <summary>Plans are arithmetic on the limits' own rules, and the simulation agrees with them.</summary>
public sealed class ServicePlannerTests
{
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(250);

    [Theory]
    [InlineData("100/minute", 1_000, 9 * 60)]
    [InlineData("100/minute fixed", 1_000, 9 * 60)]
    [InlineData("100/minute token-bucket", 1_000, 9 * 60)]
    [InlineData("60/minute token-bucket burst 1", 100, 99)]
    [InlineData("100/minute", 100, 0)]
    [InlineData("5 concurrent", 100, 19 * 0.25)]
    public void One_limit_takes_as_long_as_it_says(string limit, long items, double seconds)
    {
        var plan = Plan(limit, items);

        plan.Duration.ShouldBe(TimeSpan.FromSeconds(seconds) + Latency);
        plan.Check.ShouldBe(new PlanCheck(items, plan.Duration, plan.Duration));
        plan.Bottleneck.ShouldBe(seconds > 0 ? plan.Limits[0].Name : null);
    }

    [Fact]
    public void What_no_whole_item_fits_into_is_not_used()
    {
        // Three of 30 go in a window of 100, and not three and a third.
        var plan = Planned(Question("100 tokens/minute", 30) with { Item = AdmissionRequest.Of("tokens", 30) });

        plan.Duration.ShouldBe(TimeSpan.FromMinutes(9) + Latency);
        plan.Check.Simulated.ShouldBe(plan.Duration);
        plan.Limits.ShouldBe([new LimitPace("100 tokens/minute", IsShared: false, "tokens", 30, 100, TimeSpan.FromMinutes(1), plan.Duration)]);
    }

    [Theory]
    [InlineData("48/day fixed pace even burst 2")]
    [InlineData("48/day pace even burst 2")]
    public void What_is_spread_takes_as_long_as_its_pace(string limit)
    {
        var plan = Plan(limit, 48);

        plan.Duration.ShouldBe(TimeSpan.FromHours(23) + Latency);
        plan.Check.Simulated.ShouldBe(plan.Duration);
        plan.Limits.ShouldBe([new LimitPace("48/day", IsShared: false, UnitCost.Requests, 1, 48, TimeSpan.FromDays(1), plan.Duration)]);
    }

    [Fact]
    public void Whatever_one_limit_is_the_simulation_agrees_with_the_arithmetic()
    {
        var random = new Random(8);
        for (var i = 0; i < 120; i++)
        {
            var (quota, window, cost) = (random.Next(1, 300), random.Next(1, 40), random.Next(1, 12));
            var limit = random.Next(4) switch
            {
                0 => $"{quota + cost} tokens/{window}s",
                1 => $"{quota + cost} tokens/{window}s fixed first-use",
                2 => $"{quota} tokens/{window}s token-bucket burst {cost + random.Next(100)}",
                _ => $"{quota + cost} tokens concurrent",
            };
            var plan = Planned(Question(limit, random.Next(1, 3_000)) with { Item = AdmissionRequest.Of("tokens", cost), Keys = random.Next(1, 4) });

            // Timers have whole milliseconds: of each window's end one may be lost.
            var windows = (plan.Check.Calculated / TimeSpan.FromSeconds(window)) + 2;
            plan.Check.Simulated.ShouldBeGreaterThanOrEqualTo(plan.Check.Calculated, $"case {i}: {limit}");
            plan.Check.Simulated.ShouldBeLessThanOrEqualTo(plan.Check.Calculated + (windows * TimeSpan.FromMilliseconds(1)), $"case {i}: {limit}");
        }
    }

    [Fact]
    public void Limits_that_hinder_each_other_take_longer_than_the_slowest_alone()
    {
        var options = new ServiceRateLimitingOptions { ArrivalGuard = TimeSpan.Zero }.Limit("100/minute").Limit("10/second");
        var plan = Planned(new PlanQuestion { Options = options, Items = 1_000 });

        plan.Bottleneck.ShouldBe("100/minute");
        plan.Check.Calculated.ShouldBe(TimeSpan.FromMinutes(9) + Latency);
        plan.Duration.ShouldBe(TimeSpan.FromSeconds((9 * 60) + 9) + Latency);
        plan.Limits.Select(static pace => pace.Name).ShouldBe(["100/minute", "10/second"]);
    }

    [Fact]
    public void The_fewest_keys_that_do_it_in_time_are_found()
    {
        var question = Question("100/minute", 10_000) with { Within = TimeSpan.FromMinutes(10) };
        var plan = Planned(question);

        plan.KeysWithin.ShouldBe(10);
        plan.Duration.ShouldBeLessThanOrEqualTo(question.Within!.Value);
        Planned(question with { Keys = 9, Within = null }).Duration.ShouldBeGreaterThan(question.Within.Value);
    }

    [Fact]
    public void Keys_are_added_where_limits_hinder_each_other()
    {
        // Alone the slowest takes nine minutes by one key; together they take nine seconds more.
        var options = new ServiceRateLimitingOptions { ArrivalGuard = TimeSpan.Zero }.Limit("100/minute").Limit("10/second");
        var plan = Planned(new PlanQuestion { Options = options, Items = 1_000, Within = TimeSpan.FromMinutes(9) + TimeSpan.FromSeconds(1) });

        plan.KeysWithin.ShouldBe(2);
        plan.Check.Simulated.ShouldBeLessThan(TimeSpan.FromMinutes(9));
    }

    [Fact]
    public void What_can_never_be_done_is_said_in_a_sentence()
    {
        Impossible(Question("100 tokens/minute", 10) with { Item = AdmissionRequest.Of("tokens", 101) }).ShouldBe("One item costs 101 tokens → at most 100, all that the limit '100 tokens/minute' ever gives.");
        Impossible(Question("100/minute", 10) with { Within = TimeSpan.FromMilliseconds(100) }).ShouldBe("10 items within 100ms → 0.25 s at least, whatever the number of keys.");
        Impossible(Question("100/minute", 10_000) with { GlobalLimits = [LimitOptions.Parse("500/hour")], Within = TimeSpan.FromHours(10) })
            .ShouldBe("10000 items within 10h → 68400.25 s at least, by the limit '500/hour', which all keys share.");
        Impossible(Question("1/day", 1_000_000) with { Within = TimeSpan.FromDays(10) }).ShouldContain("by the limit '1/day' with 10000 keys");
    }

    [Fact]
    public void Endpoints_and_tenants_have_their_own_limits()
    {
        var options = new ServiceRateLimitingOptions().Limit("100/minute").PerTenant("50/minute");
        options.Endpoints["search"] = new EndpointOptions { ServiceLimits = false }.Limit("10/minute").Cost("points", 3);
        var question = new PlanQuestion { Options = options, Items = 200 };

        Planned(question).Bottleneck.ShouldBe("100/minute");
        Planned(question with { Item = new AdmissionRequest { Tenant = "a" } }).Bottleneck.ShouldBe("50/minute");
        Planned(question with { Item = new AdmissionRequest { Endpoint = "search" } }).Limits.ShouldHaveSingleItem().Name.ShouldBe("10/minute");
    }

    [Fact]
    public void Very_many_items_are_calculated_and_their_beginning_simulated()
    {
        var plan = Plan("10000/hour token-bucket", 1_000_000_000);

        plan.Check.Items.ShouldBe(ServicePlanner.MostSimulated);
        plan.Duration.TotalHours.ShouldBe(99_999, tolerance: 1);
    }

    [Fact]
    public void The_arrival_guard_is_in_the_arithmetic()
    {
        var plan = Planned(new PlanQuestion { Options = new ServiceRateLimitingOptions { ArrivalGuard = TimeSpan.FromSeconds(1) }.Limit("100/minute"), Items = 1_000 });
        var measured = Planned(new PlanQuestion { Options = new ServiceRateLimitingOptions().Limit("100/minute"), Items = 1_000 });

        plan.Check.Calculated.ShouldBe((9 * TimeSpan.FromSeconds(61)) + Latency);
        plan.Check.Simulated.ShouldBe(plan.Check.Calculated);
        measured.Check.Calculated.ShouldBe((9 * TimeSpan.FromMilliseconds(60_002)) + Latency);
        measured.Check.Simulated.TotalSeconds.ShouldBe(measured.Check.Calculated.TotalSeconds, tolerance: 0.3);
    }

    [Fact]
    public void What_nothing_limits_takes_as_long_as_an_answer()
    {
        var options = new ServiceRateLimitingOptions().Limit("10/minute");
        options.Endpoints["free"] = new EndpointOptions().WithoutServiceLimits();
        var plan = Planned(new PlanQuestion { Options = options, Items = 50, Item = new AdmissionRequest { Endpoint = "free" } });

        (plan.Duration, plan.Bottleneck, plan.Limits.Count).ShouldBe((Latency, null, 0));
    }

    [Fact]
    public void Figures_out_of_range_are_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => Plan("5/s", 0));
        Should.Throw<ArgumentOutOfRangeException>(() => Plan("5/s", long.MaxValue));
        Should.Throw<ArgumentOutOfRangeException>(() => Planned(Question("5/s", 1) with { Keys = 10_001 }));
        Should.Throw<ArgumentOutOfRangeException>(() => Planned(Question("5/s", 1) with { Latency = TimeSpan.FromDays(2) }));
        Should.Throw<OptionsValidationException>(() => Plan("5/x", 1));
    }

    private static string Impossible(PlanQuestion question) => Should.Throw<ImpossiblePlanException>(() => Planned(question)).Message;

    private static ServicePlan Plan(string limit, long items) => Planned(Question(limit, items));

    private static ServicePlan Planned(PlanQuestion question) => ServicePlanner.Plan(question, TestContext.Current.CancellationToken);

    private static PlanQuestion Question(string limit, long items) => new() { Options = new ServiceRateLimitingOptions { ArrivalGuard = TimeSpan.Zero }.Limit(limit), Items = items };
}
