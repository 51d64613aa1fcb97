using FsCheck.Fluent;
using RateLimited.Http.Caching.Redundancy;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Caching.Tests.Redundancy;

/// <summary>The pure part of the report: bounded, and right.</summary>
public sealed class FingerprintsTests
{
    [Fact]
    public void A_million_different_requests_take_no_more_than_memory_was_given_to()
    {
        var tally = new RedundancyTally(1_000);
        var random = new Random(1);
        for (var i = 0; i < 1_000_000; i++)
        {
            tally.See(Drawn(random), "GET *", isCacheable: true, TimeSpan.FromMilliseconds(i));
        }

        tally.Held.ShouldBeLessThanOrEqualTo(1_000 + 512);
        var report = tally.Report("api", TimeSpan.FromMilliseconds(1_000_000));
        report.Requests.ShouldBe(1_000_000);
        report.Windows.ShouldAllBe(static window => window.Share == 0);
        report.Looked.ShouldBeInRange(0.0005, 0.002);
        (report.IsWorthIt, report.SuggestedLifetime).ShouldBe((false, null));
    }

    [Fact]
    public void A_share_of_requests_tells_of_all()
    {
        // Every request comes twice, a minute apart, of far more than fit.
        var tally = new RedundancyTally(2_000);
        var random = new Random(2);
        for (var minute = 0; minute < 20; minute++)
        {
            var drawn = Enumerable.Range(0, 10_000).Select(_ => Drawn(random)).ToArray();
            for (var time = 0; time < 2; time++)
            {
                foreach (var fingerprint in drawn)
                {
                    if (tally.See(fingerprint, "GET *", isCacheable: true, TimeSpan.FromMinutes((minute * 2) + time)) is { Saved: not 0 } sighting)
                    {
                        tally.Save(sighting, new SavedRequest([KeyValuePair.Create("requests", 1d)], TimeSpan.FromSeconds(1), MayBeKept: true));
                    }
                }
            }
        }

        var report = tally.Report("api", TimeSpan.FromHours(1));
        report.Windows[0].Share.ShouldBeInRange(0.45, 0.55);
        report.SuggestedLifetime.ShouldBe(TimeSpan.FromMinutes(5));
        var saving = report.Savings.Single(saving => saving.Lifetime == report.SuggestedLifetime);
        saving.Share.ShouldBeInRange(0.45, 0.55);
        saving.Units["requests"].ShouldBeInRange(180_000, 220_000);
        saving.Time.TotalSeconds.ShouldBe(saving.Requests, 1);
        report.IsWorthIt.ShouldBeTrue();
    }

    [Fact]
    public void A_cache_of_each_lifetime_is_imagined_as_it_would_be()
    {
        // Beside a model that looks at all intervals, over requests of few kinds.
        var cases = from steps in (from kind in Gen.Choose(0, 3) from after in Gen.Elements(0, 1, 9, 10, 11, 59, 60, 61, 299, 300, 3_600, 90_000) select (kind, after)).ListOf() select steps;

        Holds.For(cases, static steps =>
        {
            var fingerprints = new Fingerprints(100);
            var (now, askedAt, lastAt) = (TimeSpan.Zero, new Dictionary<(int Kind, TimeSpan Lifetime), TimeSpan>(), new Dictionary<int, TimeSpan>());
            foreach (var (kind, after) in steps)
            {
                now += TimeSpan.FromSeconds(after);
                var expected = 0;
                for (var i = 0; i < Lifetimes.Tried.Length; i++)
                {
                    if (askedAt.TryGetValue((kind, Lifetimes.Tried[i]), out var at) && now - at < Lifetimes.Tried[i])
                    {
                        expected |= 1 << i;
                    }
                    else
                    {
                        askedAt[(kind, Lifetimes.Tried[i])] = now;
                    }
                }

                fingerprints.See((UInt128)kind, now).ShouldBe(new Sighting(1, lastAt.TryGetValue(kind, out var last) ? now - last : null, expected));
                lastAt[kind] = now;
            }
        }, share: 4);
    }

    [Fact]
    public void The_most_frequent_are_found_among_however_many()
    {
        var frequent = new FrequentRequests(64);
        var random = new Random(3);
        for (var i = 0; i < 100_000; i++)
        {
            frequent.See(i % 10 < 3 ? (UInt128)(ulong)(i % 10) : Drawn(random), $"GET /{i % 10}");
        }

        frequent.Count.ShouldBe(64);
        var top = frequent.Top(3);
        top.Select(static each => each.Endpoint).ShouldBe(["GET /0", "GET /1", "GET /2"], ignoreOrder: true);
        top.ShouldAllBe(static each => each.Requests <= 10_000 && each.Requests > 8_000);
    }

    [Theory]
    [InlineData(new double[] { 0, 0, 0, 0, 0, 0, 0, 0 }, null)]
    [InlineData(new double[] { 100, 100, 100, 100, 100, 100, 100, 100 }, 0)]
    [InlineData(new double[] { 0, 0, 90, 91, 92, 93, 94, 100 }, 2)]
    [InlineData(new double[] { 0, 0, 0, 0, 0, 0, 0, 100 }, 7)]
    public void The_knee_is_where_more_time_brings_little(double[] saved, int? knee) => Lifetimes.Knee(saved).ShouldBe(knee);

    [Fact]
    public void What_was_the_day_before_yesterday_is_forgotten()
    {
        var tally = new RedundancyTally(1_000);
        tally.See(1, "GET /old", isCacheable: true, TimeSpan.Zero);
        tally.See(1, "GET /old", isCacheable: true, TimeSpan.FromSeconds(1));

        tally.Report("api", TimeSpan.FromHours(25)).Requests.ShouldBe(2);
        var report = tally.Report("api", TimeSpan.FromHours(50));

        (report.Requests, report.Top.Count).ShouldBe((0, 0));
        tally.Held.ShouldBe(0);
    }

    private static UInt128 Drawn(Random random) => new((ulong)random.NextInt64(), ((ulong)random.NextInt64() * 2) + (ulong)random.Next(2));
}
