using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Alerts.Readings;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Alerts.Tests.Readings;

/// <summary>What is heard from the meter, by the instruments that report it.</summary>
public sealed class MeterCountsTests : IDisposable
{
    private const string Service = "api";

    private readonly ServiceProvider _container = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly IMeterFactory _meters;
    private readonly MeterCounts _counts;

    public MeterCountsTests()
    {
        _meters = _container.GetRequiredService<IMeterFactory>();
        _counts = new MeterCounts(_meters);
    }

    public void Dispose()
    {
        _counts.Dispose();
        _container.Dispose();
    }

    [Fact]
    public void A_services_telemetry_is_counted_by_what_rules_ask_for()
    {
        var telemetry = new RateLimitingTelemetry(_meters).For(Service);
        foreach (var result in Enum.GetValues<CheckResult>())
        {
            telemetry.Checked(result);
        }

        foreach (var result in Enum.GetValues<AttemptResult>())
        {
            telemetry.Attempted(result, TimeSpan.FromMilliseconds(30));
        }

        telemetry.Unexpected429();
        telemetry.StoreAsked(isAnswered: true, TimeSpan.FromMilliseconds(2));
        telemetry.StoreAsked(isAnswered: false, TimeSpan.FromMilliseconds(500));

        var counts = _counts.Of(Service);
        counts[ServiceCounters.Checks].ShouldBe(Enum.GetValues<CheckResult>().Length);
        counts[ServiceCounters.Limited].ShouldBe(2);
        counts[ServiceCounters.Attempts].ShouldBe(Enum.GetValues<AttemptResult>().Length - 1, "who gave up did so for reasons of its own");
        counts[ServiceCounters.Errors].ShouldBe(2);
        counts[ServiceCounters.Unexpected429].ShouldBe(1);
        counts[ServiceCounters.Durations + DurationCounts.BucketOf(30)].ShouldBe(counts[ServiceCounters.Attempts]);
        counts[ServiceCounters.StoreDurations + DurationCounts.BucketOf(2)].ShouldBe(1);
        counts[ServiceCounters.StoreDurations + DurationCounts.BucketOf(500)].ShouldBe(1);
        _counts.Of("another").ShouldAllBe(static count => count == 0);
    }

    [Fact]
    public void Circuits_batches_and_budgets_are_heard_by_their_instruments()
    {
        using var meter = _meters.Create(RateLimitingInstruments.Name);
        var changes = meter.CreateCounter<long>("resilience.circuit.changes");
        changes.Add(2, new("service", Service), new("state", "open"));
        changes.Add(5, new("service", Service), new("state", "half_open"));
        var batches = meter.CreateHistogram<long>("ai.batch.size");
        batches.Record(100, new KeyValuePair<string, object?>("result", "answered"));
        batches.Record(7, new KeyValuePair<string, object?>("result", "failed"));
        meter.CreateObservableGauge("ai.budget.ratio", static () => new Measurement<double>(0.9, new("service", Service), new("budget", "5 usd/day")));
        meter.CreateObservableGauge("ai.budget.projection", static () => new Measurement<double>(1.25, new("service", Service), new("budget", "5 usd/day")));

        _counts.Of(Service)[ServiceCounters.Trips].ShouldBe(2);
        (_counts.Batches()[0] >= 2, _counts.Batches()[1] >= 1).ShouldBe((true, true), "batches are counted for all of the process");
        for (var i = 0; i < 2; i++)
        {
            _counts.Budgets().Where(static budget => budget.Service == Service).ShouldBe([new BudgetShare(Service, "5 usd/day", 90, IsProjection: false), new BudgetShare(Service, "5 usd/day", 125, IsProjection: true)]);
        }
    }

    [Fact]
    public void Another_containers_meter_is_not_heard_and_a_service_that_is_gone_begins_anew()
    {
        using var another = new ServiceCollection().AddMetrics().BuildServiceProvider();
        new RateLimitingTelemetry(another.GetRequiredService<IMeterFactory>()).For(Service).Unexpected429();
        _counts.Of(Service)[ServiceCounters.Unexpected429].ShouldBe(0);

        new RateLimitingTelemetry(_meters).For(Service).Unexpected429();
        _counts.Of(Service)[ServiceCounters.Unexpected429].ShouldBe(1);
        _counts.Forget(Service);
        _counts.Of(Service)[ServiceCounters.Unexpected429].ShouldBe(0);
    }

    [Fact]
    public void Hearing_allocates_nothing_once_a_service_is_known()
    {
        var telemetry = new RateLimitingTelemetry(_meters).For(Service);
        Allocated();

        // A collection in the middle, of whatever other tests leave behind, shows as a few kilobytes, and code that is not optimized yet allocates: when it is depends on what else is being compiled.
        var began = Stopwatch.GetTimestamp();
        var least = Allocated();
        while (least > 0 && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30))
        {
            least = Math.Min(least, Allocated());
        }

        least.ShouldBe(0);

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++)
            {
                telemetry.Checked(CheckResult.Admitted);
                telemetry.Attempted(AttemptResult.Success, TimeSpan.FromMilliseconds(30));
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
