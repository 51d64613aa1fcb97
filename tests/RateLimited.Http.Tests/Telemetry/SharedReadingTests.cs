using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Tests.Telemetry;

/// <summary>A status is taken once for all gauges of a collection, however many ask.</summary>
public sealed class SharedReadingTests
{
    private readonly ManualTimeProvider _time = new();
    private int _taken;

    [Fact]
    public void Each_collection_takes_one_status_and_a_new_one()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var collected = new MetricCollector(meters);
        using var owner = new RateLimitingTelemetry(meters);
        var service = new ServiceTelemetry(owner, new RateLimitingInstruments(meters.Create(new MeterOptions(RateLimitingInstruments.Name)), _time), NullLogger.Instance, "api");
        using var observation = service.Observe(Take);

        for (var collection = 1; collection <= 3; collection++)
        {
            collected.Collect();

            _taken.ShouldBe(collection);
            collected.Last("rate_limit.in_flight", ("service", "api")).ShouldBe(collection);
        }
    }

    [Fact]
    public void Who_collects_some_gauges_only_is_told_nothing_that_is_older_than_a_second()
    {
        var reading = new SharedReading(_time);
        reading.For(0, Take).InFlight.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(0.999));
        reading.For(1, Take).InFlight.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(0.001));

        reading.For(2, Take).InFlight.ShouldBe(2);
        reading.For(31, Take).InFlight.ShouldBe(2);
        reading.For(31, Take).InFlight.ShouldBe(3);
    }

    [Fact]
    public void What_could_not_be_taken_is_taken_by_the_next_who_asks()
    {
        var reading = new SharedReading(_time);
        Should.Throw<ObjectDisposedException>(() => reading.For(0, static () => throw new ObjectDisposedException("limiter")));

        reading.For(0, Take).InFlight.ShouldBe(1);
    }

    private ServiceStatus Take() => TelemetryEvents.Status with { InFlight = ++_taken };
}
