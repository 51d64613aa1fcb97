using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Adaptive;

namespace RateLimited.Http.Simulation.Tests.Learning;

/// <summary>What processes achieve that learn a limit together, before upstreams that change. The bounds are those of docs/adaptive.md.</summary>
public sealed class LearningFleetTests
{
    private const int Processes = 4;

    [Fact]
    public void Four_processes_follow_a_rate_as_one_does()
    {
        using var loop = Loop(Rate, new RateUpstream(static t => t < 50 ? 100 : t < 90 ? 30 : 200, seed: 1), static _ => 400);
        loop.Run(130);

        foreach (var (from, until, capacity) in ((int, int, int)[])[(10, 50, 100), (60, 90, 30), (105, 130, 200)])
        {
            var settled = loop.Between(from, until);
            TestContext.Current.TestOutputHelper?.WriteLine($"{from}: {settled.Succeeded / (double)(capacity * (until - from)):P2} {settled.ThrottledShare:P2}");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{loop.Between(0, 130).ThrottledShare:P2} {loop.UntilServed(0, 90)} {loop.UntilServed(90, 180)}");
        for (var i = 0; i < 130; i += 1) TestContext.Current.TestOutputHelper?.WriteLine($"{i} {loop.Seconds[i].Limit} {loop.Seconds[i].Sent} {loop.Seconds[i].Throttled}");
    }

    [Fact]
    public void Four_processes_share_a_concurrency_limit_as_one_has_it()
    {
        using var loop = Loop(Slots, new QueueUpstream(static _ => 40, static _ => 0.1, seed: 1), static _ => 1200);
        loop.Run(30);
        var settled = loop.Between(10, 30);
        TestContext.Current.TestOutputHelper?.WriteLine($"{settled.Succeeded / (40 / 0.102 * 20):P2} {settled.MeanLatency}");
        for (var i = 0; i < 30; i += 1) TestContext.Current.TestOutputHelper?.WriteLine($"{i} {loop.Seconds[i].Limit} {loop.Seconds[i].Sent} {loop.Seconds[i].MeanLatency:F3}");
    }

    private static LimitDefinition Rate() => new("rate", UnitCost.Requests, new AdaptiveRate(1_000_000, TimeSpan.TicksPerSecond, 1_000_000));

    private static LimitDefinition Slots() => new("slots", UnitCost.Requests, new AdaptiveConcurrency(1000, 1, 20));

    private static ClosedLoop Loop(Func<LimitDefinition> limit, Upstream upstream, Func<double, double> demand)
    {
        var fleet = new LearningFleet(Processes, limit);
        return new ClosedLoop(fleet.Time, fleet.Services, fleet, upstream, demand, seed: 7);
    }
}
