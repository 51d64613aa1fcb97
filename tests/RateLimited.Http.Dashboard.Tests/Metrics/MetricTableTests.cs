using System.Diagnostics.Metrics;
using RateLimited.Http.Dashboard.Metrics;

namespace RateLimited.Http.Dashboard.Tests.Metrics;

public sealed class MetricTableTests : IDisposable
{
    private readonly Meter _meter = new("MetricTableTests");

    public void Dispose() => _meter.Dispose();

    [Fact]
    public void What_many_threads_count_is_all_there()
    {
        var table = new MetricTable(_meter.CreateCounter<long>("counter"));

        Parallel.For(0, 100_000, i => table.Measure(1, [new("service", $"s{i % 20}"), new("result", "admitted")]));

        table.Series.Count.ShouldBe(20);
        table.Series.ShouldAllBe(static series => series.Value == 5000);
    }

    [Fact]
    public void Series_are_bounded_whoever_makes_them()
    {
        var table = new MetricTable(_meter.CreateCounter<long>("counter"));

        for (var i = 0; i < 6_000; i++)
        {
            table.Measure(1, [new("service", $"{i}")]);
        }

        table.Series.Count.ShouldBe(5_000);
    }

    [Fact]
    public void A_value_falls_into_the_first_bucket_that_holds_it()
    {
        var table = new MetricTable(_meter.CreateHistogram("histogram", "s", "", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2, 4] }));

        foreach (var value in new[] { 0, 1, 1.5, 2, 4, 4.1, 100 })
        {
            table.Measure(value, []);
        }

        var series = table.Series.ShouldHaveSingleItem();
        series.Buckets.ShouldBe([2, 2, 1, 2]);
        series.Value.ShouldBe(112.6, 1e-9);
    }

    [Fact]
    public void Measuring_what_is_known_allocates_nothing()
    {
        var table = new MetricTable(_meter.CreateCounter<long>("counter"));
        KeyValuePair<string, object?>[] tags = [new("service", "api"), new("result", "admitted")];
        for (var pass = 0; pass < 2; pass++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                table.Measure(1, tags);
            }

            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(pass == 0 ? long.MaxValue : 1000);
        }
    }
}
