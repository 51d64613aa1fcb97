using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Alerts.Readings;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Alerts.Tests.Readings;

/// <summary>What happened lately, out of counts that only grow.</summary>
public sealed class CountingTests
{
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(5);

    [Fact]
    public void A_window_counts_what_happened_within_it_and_holds_no_more_than_it_needs() => Holds.For(
        from steps in Gen.Choose(1, 60).SelectMany(static pause => Gen.Choose(0, 9).Select(amount => (Pause: pause, Amount: amount))).ArrayOf(100)
        from within in Gen.Choose(1, 300)
        select (steps, within),
        static drawn =>
        {
            var (window, now, total) = (new CountWindow(Length, TimeSpan.Zero, counters: 1), TimeSpan.Zero, 0L);
            var happened = new List<(TimeSpan At, long Amount)>();
            foreach (var (pause, amount) in drawn.steps)
            {
                now += TimeSpan.FromSeconds(pause);
                total += amount;
                happened.Add((now, amount));
                window.Add(now, [total]);

                // From the last sample that is old enough on.
                var from = happened.Select(static each => each.At).Where(at => at <= now - TimeSpan.FromSeconds(drawn.within)).DefaultIfEmpty(TimeSpan.Zero).Max();
                window.Within(TimeSpan.FromSeconds(drawn.within)).ShouldBe([happened.Where(each => each.At > from).Sum(static each => each.Amount)]);
                window.Samples.ShouldBeLessThanOrEqualTo(happened.Count(each => each.At > now - Length) + 1);
            }
        },
        share: 10);

    [Fact]
    public void A_percentile_is_right_to_within_a_bucket() => Holds.For(
        from durations in Gen.Choose(1, 10_000).Select(static tenths => tenths / 10.0).ListOf()
        from share in Gen.Elements(0.5, 0.95, 0.99, 1)
        where durations.Count > 0
        select (durations, share),
        static drawn =>
        {
            var counts = new long[DurationCounts.Buckets];
            foreach (var milliseconds in drawn.durations)
            {
                counts[DurationCounts.BucketOf(milliseconds)]++;
            }

            var exact = drawn.durations.Order().ElementAt((int)Math.Ceiling(drawn.share * drawn.durations.Count) - 1);
            var found = new DurationCounts(counts).Quantile(drawn.share, least: 1)!.Value;
            found.ShouldBeInRange(exact / 1.21, exact * 1.21);
        });

    [Fact]
    public void Whatever_took_longer_than_all_buckets_is_in_the_last()
    {
        DurationCounts.BucketOf(double.MaxValue).ShouldBe(DurationCounts.Buckets - 1);
        DurationCounts.BucketOf(0).ShouldBe(0);
        DurationCounts.BucketOf(-1).ShouldBe(0);
        var counts = new long[DurationCounts.Buckets];
        counts[^1] = 5;
        new DurationCounts(counts).Quantile(0.95, least: 1)!.Value.ShouldBeGreaterThan(500_000);
        new DurationCounts(counts).Quantile(0.95, least: 6).ShouldBeNull();
    }
}
