using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Dashboard.Readings;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Dashboard.Tests.Readings;

/// <summary>What other packages report of money and of repeated requests is shown where it is, and where it is not, nothing is.</summary>
public sealed class FigureTests
{
    [Fact]
    public async Task Budgets_spend_and_repeats_of_a_service_are_read_by_their_instruments()
    {
        await using var services = Services();
        var reader = services.GetRequiredService<ServiceReader>();
        var meter = services.GetRequiredService<IMeterFactory>().Create("RateLimited.Http");
        Tell(meter);

        var reading = reader.Read("API").ShouldNotBeNull();

        reading.Budgets.ShouldBe([new BudgetReading("5 usd/day", 0.4, 1.25), new BudgetReading("9 usd/hour", 0.1, null)]);
        reading.SpendUsd.ShouldBe(new Dictionary<string, double> { ["gpt-4o"] = 0.75, ["other"] = 0.25 }, ignoreOrder: true);
        reading.Redundancy.ShouldBe([new FigureReading("Requests that came again.", "1 min", 12, "request"), new FigureReading("Share of repeats.", "", 0.3, "1")]);
        reader.Read("other").ShouldNotBeNull().ShouldSatisfyAllConditions(
            static other => other.Budgets.ShouldBeEmpty(),
            static other => other.SpendUsd.ShouldBeEmpty(),
            static other => other.Redundancy.ShouldBeEmpty());
    }

    [Fact]
    public async Task A_gauge_that_throws_and_another_programs_meter_change_nothing()
    {
        await using var services = Services();
        await using var others = Services();
        var meter = services.GetRequiredService<IMeterFactory>().Create("RateLimited.Http");
        Tell(others.GetRequiredService<IMeterFactory>().Create("RateLimited.Http"));
        meter.CreateObservableGauge("ai.budget.ratio", double () => throw new InvalidOperationException());
        meter.CreateObservableGauge("rate_limit.redundancy.share", static () => new Measurement<double>(0.5, new KeyValuePair<string, object?>("service", "api")), "1", "Share.");

        var reading = services.GetRequiredService<ServiceReader>().Read("api").ShouldNotBeNull();

        reading.Budgets.ShouldBeEmpty();
        reading.Redundancy.ShouldBe([new FigureReading("Share.", "", 0.5, "1")]);
    }

    private static void Tell(Meter meter)
    {
        meter.CreateObservableGauge("ai.budget.ratio", static () => (Measurement<double>[])[Of(0.4, "budget", "5 usd/day"), Of(0.1, "budget", "9 usd/hour")]);
        meter.CreateObservableGauge("ai.budget.projection", static () => Of(1.25, "budget", "5 usd/day"));
        meter.CreateObservableGauge("rate_limit.redundancy.share", static () => new Measurement<double>(0.3, new KeyValuePair<string, object?>("service", "api")), "1", "Share of repeats.");
        meter.CreateCounter<long>("rate_limit.redundancy.repeats", "{request}", "Requests that came again.").Add(12, new("service", "api"), new("window", "1 min"));
        var cost = meter.CreateCounter<double>("ai.cost", "{USD}");
        cost.Add(0.5, new("service", "api"), new("model", "gpt-4o"));
        cost.Add(0.25, new("service", "api"), new("model", "gpt-4o"));
        cost.Add(0.25, new("service", "api"), new("model", "other"));
    }

    private static Measurement<double> Of(double value, string tag, string of) => new(value, new("service", "api"), new(tag, of));

    private static ServiceProvider Services() => new ServiceCollection()
        .AddSingleton<TimeProvider>(new ManualTimeProvider())
        .AddRateLimitDashboard()
        .AddServiceRateLimiting("api", static api => api.Limit("10/second"))
        .AddServiceRateLimiting("other", static api => api.Limit("10/second"))
        .BuildServiceProvider();
}
