using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace RateLimited.Http.Testing.Tests;

public sealed class MetricCollectorTests : IDisposable
{
    private const string Name = "RateLimited.Http";

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Meter _meter;
    private readonly MetricCollector _metrics;

    public MetricCollectorTests()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _meter = meters.Create(Name);
        _metrics = new MetricCollector(meters);
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void A_counters_value_is_the_sum_under_the_tags_that_are_named()
    {
        var checks = _meter.CreateCounter<long>("checks");
        checks.Add(2, new("service", "api"), new("result", "admitted"));
        checks.Add(3, new("service", "api"), new("result", "refused"));
        checks.Add(4, new("service", "other"), new("result", "admitted"));

        _metrics.Sum("checks").ShouldBe(9);
        _metrics.Sum("checks", ("service", "api")).ShouldBe(5);
        _metrics.Sum("checks", ("service", "api"), ("result", "refused")).ShouldBe(3);
        _metrics.Sum("nothing").ShouldBe(0);
        _metrics.Measurements[0].ToString().ShouldBe("checks{service=api,result=admitted} 2");
    }

    [Fact]
    public void A_gauge_is_asked_when_collected_and_its_last_value_counts()
    {
        var level = 0.5;
        _meter.CreateObservableGauge("level", () => level);
        _metrics.Last("level").ShouldBeNull();

        _metrics.Collect();
        level = 0.75;
        _metrics.Collect();

        _metrics.Last("level").ShouldBe(0.75);
        _metrics.Instruments.ShouldHaveSingleItem().Name.ShouldBe("level");
    }

    [Fact]
    public void Other_meters_and_other_factories_are_not_heard()
    {
        using var others = new ServiceCollection().AddMetrics().BuildServiceProvider();
        others.GetRequiredService<IMeterFactory>().Create(Name).CreateCounter<int>("theirs").Add(1);
        _services.GetRequiredService<IMeterFactory>().Create("Other").CreateCounter<int>("other").Add(1);
        using var shared = new Meter(Name);
        shared.CreateCounter<int>("shared").Add(1);

        _metrics.Measurements.ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_is_kept_while_paused_or_after_disposal()
    {
        var counter = _meter.CreateCounter<int>("counter");
        _metrics.IsPaused = true;
        counter.Add(1);
        _metrics.IsPaused = false;
        counter.Add(2);
        _metrics.Dispose();
        counter.Add(4);

        _metrics.Sum("counter").ShouldBe(2);
        _metrics.Clear();
        _metrics.Measurements.ShouldBeEmpty();
    }
}
