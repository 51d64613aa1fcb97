using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Redis.Watching;

namespace RateLimited.Http.Redis.Tests.Watching;

/// <summary>What a process says of its services is what its own meter reports.</summary>
public sealed class UsageCountsTests
{
    [Fact]
    public void Counts_are_by_service_and_by_what_became_of_requests_and_not_another_programs()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var others = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var counts = new UsageCounts(meters);
        Tell(meters.Create("RateLimited.Http"), times: 2);
        Tell(others.GetRequiredService<IMeterFactory>().Create("RateLimited.Http"), times: 1);
        Tell(meters.Create("Another"), times: 1);

        counts.Checks.Of("API").ShouldBe(Of(("admitted", 20), ("refused", 2)), ignoreOrder: true);
        counts.Refusals.Of("api").ShouldBe(Of(("timeout", 2)));
        counts.Unexpected429.Of("api").Values.Sum().ShouldBe(2);
        counts.Spend.Of("api").ShouldBe(Of(("gpt", 0.5)));
        counts.Checks.Of("other").ShouldBe(Of(("admitted", 2)));
        counts.Checks.Of("nobody").ShouldBeEmpty();
    }

    private static void Tell(Meter meter, int times)
    {
        var (checks, refusals, unexpected, cost) = (
            meter.CreateCounter<long>("rate_limit.checks"), meter.CreateCounter<long>("rate_limit.refusals"), meter.CreateCounter<long>("rate_limit.unexpected_429"), meter.CreateCounter<double>("ai.cost"));
        for (var i = 0; i < times; i++)
        {
            checks.Add(10, new("service", "api"), new("result", "admitted"));
            checks.Add(1, new("service", "api"), new("result", "refused"));
            checks.Add(1, new("service", "other"), new("result", "admitted"));
            refusals.Add(1, new("service", "api"), new("reason", "timeout"));
            unexpected.Add(1, new KeyValuePair<string, object?>("service", "api"));
            cost.Add(0.25, new("service", "api"), new("model", "gpt"));
        }
    }

    private static Dictionary<string, double> Of(params (string Name, double Value)[] counts) => counts.ToDictionary(static count => count.Name, static count => count.Value, StringComparer.Ordinal);
}
