using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Adaptive;
using RateLimited.Http.Tests.Admission;

namespace RateLimited.Http.Simulation.Tests.Learning;

/// <summary>What processes achieve that learn a limit together, before upstreams that change. The bounds are those of docs/adaptive.md.</summary>
public sealed class LearningFleetTests
{
    private const int Processes = 4;

    [Fact]
    public void Four_processes_follow_a_rate_as_one_does()
    {
        using var loop = Loop(Rate(), new RateUpstream(static t => t < 30 ? 100 : t < 55 ? 30 : 200, seed: 1), static _ => 400).Run(100);

        loop.UntilServed(55, 180).ShouldBeLessThanOrEqualTo(20);
        foreach (var (from, until, capacity) in ((int, int, int)[])[(12, 30, 100), (38, 55, 30), (70, 100, 200)])
        {
            var settled = loop.Between(from, until);
            settled.Succeeded.ShouldBeGreaterThan(95 * capacity * (until - from) / 100, $"from {from} s");
            settled.ThrottledShare.ShouldBeLessThan(0.02, $"from {from} s");
        }

        loop.Between(0, 100).ThrottledShare.ShouldBeLessThan(0.02);
    }

    [Fact]
    public void Who_joins_goes_on_from_what_the_others_have_learned()
    {
        using var loop = Loop(Rate(), new RateUpstream(static _ => 100, seed: 1), static _ => 200, static t => t < 20 ? Processes - 1 : Processes).Run(30);

        loop.Between(20, 22).Throttled.ShouldBeLessThanOrEqualTo(2, "one process is refused as much to know where the bound is");
        var settled = loop.Between(20, 30);
        settled.Succeeded.ShouldBeGreaterThan(950);
        settled.ThrottledShare.ShouldBeLessThan(0.02);
    }

    [Fact]
    public void Of_all_processes_that_are_refused_at_once_one_brakes_for_all()
    {
        using var fleet = new LearningFleet(Processes, Rate());
        var gone = fleet.Services.ToDictionary(static service => service, static _ => new List<Waiter>());

        // Twice, so that each hears what all have sent.
        foreach (var count in (int[])[10, 1])
        {
            foreach (var (service, requests) in gone)
            {
                requests.AddRange(Enumerable.Range(0, count).Select(_ => Waiter.Enter(service, token: CancellationToken.None)).ToArray());
            }

            fleet.Time.Advance(TimeSpan.FromMilliseconds(100));
        }

        foreach (var (service, requests) in gone)
        {
            requests.ForEach(request => request.Hear(service, AnswerKind.Throttled));
        }

        fleet.Time.Advance(TimeSpan.FromMilliseconds(100));

        // Of the 44 that all have sent each has heard of 40 at least.
        fleet.Services.Select(LearningFleet.LimitOf).Distinct().ShouldHaveSingleItem().ShouldBeInRange(28, 31);
        gone.Values.ToList().ForEach(static requests => requests.ForEach(static request => request.Complete()));
    }

    [Fact]
    public void Four_processes_share_a_concurrency_limit_as_one_has_it()
    {
        using var loop = Loop(Slots(), new QueueUpstream(static _ => 40, static _ => 0.2, seed: 1), static _ => 400).Run(15);

        // One takes 204 ms on average.
        var settled = loop.Between(6, 15);
        settled.Succeeded.ShouldBeGreaterThan((long)(0.92 * 40 / 0.204 * 9));
        settled.MeanLatency.ShouldBeLessThan(0.26);
    }

    private static Func<LimitDefinition> Rate() => static () => new LimitDefinition("rate", UnitCost.Requests, new AdaptiveRate(1_000_000, TimeSpan.TicksPerSecond, 1_000_000));

    private static Func<LimitDefinition> Slots() => static () => new LimitDefinition("slots", UnitCost.Requests, new AdaptiveConcurrency(1000, 1, 20));

    private static ClosedLoop Loop(Func<LimitDefinition> limit, Upstream upstream, Func<double, double> demand, Func<double, int>? living = null)
    {
        var fleet = new LearningFleet(Processes, limit);
        return new ClosedLoop(fleet.Time, fleet.Services, fleet, upstream, demand, seed: 7) { Living = living };
    }
}
