using RateLimited.Http.Limits.Learning;

namespace RateLimited.Http.Tests.Limits.Learning;

/// <summary>The window beside lists of all that was put into it.</summary>
public sealed class LatencyWindowTests
{
    private static readonly long Ms = TimeSpan.TicksPerMillisecond;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void It_says_what_lists_of_all_of_it_say(int seed)
    {
        var random = new Random(seed);
        var window = new LatencyWindow();
        var (now, since) = (random.NextInt64(1000 * Ms), -1L);
        var (latencies, inFlight, most, before) = (new List<long>(), new List<long>(), 0L, new List<long>());
        for (var step = 0; step < 4_000; step++)
        {
            now += random.Next(4) == 0 ? random.NextInt64(2 * Ms) : 0;
            if (random.Next(seed % 3 == 0 ? 1_500 : 150) == 0)
            {
                before.Add(most);
                (most, since) = (0, now);
                latencies.Clear();
                inFlight.Clear();
                window.Restart(now);
            }

            var underWay = random.NextInt64(1, 300);
            if (random.Next(3) == 0)
            {
                window.Sent(underWay);
                most = Math.Max(most, underWay);
            }
            else
            {
                var latency = random.NextInt64(1, 50 * Ms);
                window.Add(now, latency, underWay);
                latencies.Add(latency);
                inFlight.Add(underWay);
                (most, since) = (Math.Max(most, underWay), since < 0 ? now : since);
                var kept = latencies.Take(100).Order().ToList();
                window.Median().ShouldBe(kept[kept.Count / 2], $"seed {seed}, step {step}");

                // The median puts the first of them in order: from here on they are the same in any order.
                latencies.RemoveRange(0, kept.Count);
                latencies.InsertRange(0, kept);
            }

            window.MostInFlight.ShouldBe(most);
            window.RecentMost.ShouldBe(before.TakeLast(10).Append(most).Max());
            window.MeanInFlight.ShouldBe(inFlight.DefaultIfEmpty(0).Average(), 1e-9);
            var lasted = now - since;
            window.Throughput(now).ShouldBe((double)latencies.Count * TimeSpan.TicksPerSecond / Math.Max(lasted, 1), 1e-6);
            var (limit, baseline) = (random.Next(1, 200), random.NextDouble() * 100 * Ms);
            var isLongEnough = lasted >= Math.Min(Math.Max(50 * Ms, 2 * baseline), 10_000 * Ms);
            window.IsFull(now, limit, baseline).ShouldBe(latencies.Count >= Math.Min(Math.Max(limit, 10), 100) && (isLongEnough || latencies.Count >= 1_000), $"seed {seed}, step {step}");
        }
    }

    [Fact]
    public void It_waits_ten_seconds_at_most_however_slow_the_upstream_is()
    {
        var window = new LatencyWindow();
        for (var i = 0; i < 10; i++)
        {
            window.Add(7, 3600 * 1000 * Ms, 1);
        }

        window.IsFull(7 + (10_000 * Ms) - 1, 1, 3600 * 1000 * Ms).ShouldBeFalse();
        window.IsFull(7 + (10_000 * Ms), 1, 3600 * 1000 * Ms).ShouldBeTrue();
    }
}
