namespace RateLimited.Http.Tests.Adaptive;

/// <summary>What the adaptive limits achieve before upstreams that change, fail and recover. The bounds are those of docs/adaptive.md.</summary>
public class ClosedLoopTests
{
    [Fact]
    public void A_rate_follows_the_upstreams_and_is_seldom_refused()
    {
        using var loop = Scenarios.RateSteps().Run(400);

        loop.UntilServed(0, 90).ShouldBeLessThanOrEqualTo(10);
        loop.UntilServed(240, 180).ShouldBeLessThanOrEqualTo(20);
        foreach (var (from, until, capacity) in ((int, int, int)[])[(20, 120, 100), (130, 240, 30), (260, 400, 200)])
        {
            var settled = loop.Between(from, until);
            settled.Succeeded.ShouldBeGreaterThan(96 * capacity * (until - from) / 100, $"from {from} s");
            settled.ThrottledShare.ShouldBeLessThan(0.02, $"from {from} s");
        }

        loop.Between(0, 400).ThrottledShare.ShouldBeLessThan(0.01);
        loop.Seconds.Skip(20).Take(100).Max(static second => second.Limit).ShouldBeLessThan(160, "overshoot");
    }

    [Fact]
    public void A_rate_does_not_grow_while_less_is_wanted()
    {
        using var loop = Scenarios.LittleDemand().Run(160);

        loop.Seconds[79].Limit.ShouldBeLessThanOrEqualTo(loop.Seconds[25].Limit);
        loop.Between(80, 85).Throttled.ShouldBeLessThan(25, "refused when demand came back");
        loop.Between(30, 80).Throttled.ShouldBe(0);
    }

    [Fact]
    public void A_concurrency_limit_follows_the_upstreams_workers_and_keeps_their_queue_short()
    {
        using var loop = Scenarios.WorkerSteps().Run(400);

        foreach (var (from, until, workers) in ((int, int, int)[])[(10, 120, 40), (130, 240, 10), (260, 400, 80)])
        {
            var settled = loop.Between(from, until);

            // One takes 102 ms on average.
            settled.Succeeded.ShouldBeGreaterThan((long)(0.92 * workers / 0.102 * (until - from)), $"from {from} s");
            settled.MeanLatency.ShouldBeLessThan(workers == 10 ? 0.18 : 0.13, $"from {from} s");
        }
    }

    [Fact]
    public void A_concurrency_limit_stays_below_one_that_refuses()
    {
        using var loop = Scenarios.HardBound().Run(200);

        var settled = loop.Between(20, 200);
        settled.ThrottledShare.ShouldBeLessThan(0.0005);
        settled.Succeeded.ShouldBeGreaterThan((long)(0.85 * 50 / 0.102 * 180));
    }

    [Fact]
    public void Ten_minutes_with_few_workers_do_not_raise_the_limit_and_are_over_when_they_end()
    {
        using var loop = Scenarios.FewWorkers().Run(800);

        loop.Seconds.Skip(80).Take(580).Max(static second => second.Limit).ShouldBeLessThan(16);
        loop.Between(80, 660).Succeeded.ShouldBeGreaterThan((long)(0.92 * 5 / 0.102 * 580));
        loop.UntilServed(660, 0.9 * 392).ShouldBeLessThanOrEqualTo(15);
    }

    [Fact]
    public void Ten_minutes_of_slow_workers_cost_no_throughput_and_leave_nothing_behind()
    {
        using var loop = Scenarios.SlowWorkers().Run(800);

        loop.Between(80, 660).Succeeded.ShouldBeGreaterThan((long)(0.9 * 40 / 0.51 * 580));
        loop.Seconds.Skip(80).Take(580).Max(static second => second.Limit).ShouldBeLessThan(100);
        loop.Between(700, 800).MeanLatency.ShouldBeLessThan(0.14);
        loop.UntilServed(660, 0.9 * 392).ShouldBeLessThanOrEqualTo(5);
    }

    [Fact]
    public void After_an_outage_of_ten_minutes_the_first_answers_open_the_service()
    {
        using var loop = Scenarios.Outage(600).Run(900);

        var closed = loop.Between(300, 800);
        closed.Sent.ShouldBeInRange(490, 560, "a probe a second, and ten in each window");
        loop.UntilServed(800, 95).ShouldBeLessThanOrEqualTo(3);
    }

    [Fact]
    public void After_a_short_outage_ten_probes_do()
    {
        using var loop = Scenarios.Outage(90).Run(400);

        var before = loop.Between(0, 240);
        before.Sent.ShouldBeInRange(before.Offered - 5, before.Offered, "the healthy minutes before count");
        loop.UntilServed(290, 95).ShouldBeLessThanOrEqualTo(12);
        var after = loop.Between(310, 400);
        after.Sent.ShouldBeInRange(after.Offered - 5, after.Offered + 5);
    }

    [Fact]
    public void An_upstream_that_fails_most_gets_twice_what_it_answers()
    {
        using var loop = Scenarios.Overload().Run(300);

        for (var from = 20; from + 120 <= 300; from += 20)
        {
            var window = loop.Between(from, from + 120);
            window.Sent.ShouldBeLessThanOrEqualTo((2 * window.Succeeded) + 10 + 120 + 20);
            window.Succeeded.ShouldBeGreaterThan(95 * 120);
        }
    }
}
