using RateLimited.Http.Limits;
using RateLimited.Http.Limits.Learning;

namespace RateLimited.Http.Tests.Limits.Learning;

/// <summary>What one process tells of a limit that it learned, another goes on from.</summary>
public class TellingTests
{
    private const long Second = TimeSpan.TicksPerSecond;

    private static readonly VegasBounds Bounds = new(1, 1000);

    [Fact]
    public void A_rate_goes_on_where_another_process_has_it()
    {
        var (teller, hearer) = (Refused(rate: 100, at: 10 * Second), new CubicRate(initial: 1_000_000, now: 0));
        hearer.Hear(10 * Second, teller.Tell(), ceiling: 1_000_000);

        for (var now = 10 * Second; now < 40 * Second; now += Second / 10)
        {
            foreach (var rate in (CubicRate[])[teller, hearer])
            {
                rate.Measured(now, perSecond: 100, latest: 50);
                rate.LimitedAt = now;
                rate.Succeeded(now, sentAt: now, ceiling: 1_000_000);
            }

            hearer.PerSecond.ShouldBe(teller.PerSecond, tolerance: 0.01);
        }

        hearer.PerSecond.ShouldBeGreaterThan(100);
        hearer.Version.ShouldBe(1);
    }

    [Fact]
    public void What_was_sent_before_a_fall_was_heard_of_brakes_no_more_and_what_is_sent_later_does()
    {
        var hearer = new CubicRate(initial: 1_000, now: 0);
        hearer.Hear(10 * Second, Refused(rate: 100, at: 9 * Second).Tell(), ceiling: 1_000);
        hearer.Measured(10 * Second, perSecond: 80, latest: 0);

        hearer.Throttled(10 * Second, new AnswerOutcome(AnswerKind.Throttled, SentAt: 10 * Second), ceiling: 1_000);
        hearer.PerSecond.ShouldBe(70, tolerance: 0.01);
        hearer.Throttled((10 * Second) + 2, new AnswerOutcome(AnswerKind.Throttled, SentAt: (10 * Second) + 1), ceiling: 1_000);

        hearer.PerSecond.ShouldBe(49, tolerance: 0.01);
        hearer.Version.ShouldBe(2);
    }

    [Theory]
    [InlineData(1_000_000, 70)]
    [InlineData(30, 30)]
    public void Nobody_goes_beyond_a_ceiling_of_its_own(double ceiling, double rate)
    {
        var hearer = new CubicRate(initial: ceiling, now: 0);

        hearer.Hear(10 * Second, Refused(rate: 100, at: 9 * Second).Tell(), ceiling);

        hearer.PerSecond.ShouldBe(rate, tolerance: 0.01);
    }

    [Fact]
    public void A_concurrency_limit_goes_on_where_another_process_has_it()
    {
        var teller = new VegasLimit(initial: 20);
        Answer(teller, from: 0, windows: 2, latency: Second / 10);
        var (hearer, newcomer) = (new VegasLimit(initial: 500), new VegasLimit(teller.Limit));
        var now = 100 * Second;

        hearer.Hear(now, teller.Tell(), Bounds);

        hearer.Limit.ShouldBe(teller.Limit);
        hearer.Tell().Figures[..10].ShouldBe(teller.Tell().Figures[..10]);

        // With the baseline: five times the latency is a queue, which who has never seen less takes for what the work takes.
        Answer(hearer, from: now, windows: 2, latency: Second / 2);
        Answer(newcomer, from: now, windows: 2, latency: Second / 2);
        hearer.Version.ShouldBeGreaterThan(teller.Version);
        newcomer.Version.ShouldBe(0);
    }

    [Fact]
    public void After_a_leap_of_another_process_what_was_sent_before_says_nothing()
    {
        var teller = new VegasLimit(initial: 20);
        teller.Answered(Second, new AnswerOutcome(AnswerKind.Throttled, SentAt: 0), inFlight: 20, Bounds);
        var hearer = new VegasLimit(initial: 20);
        hearer.Hear(Second, teller.Tell(), Bounds);
        hearer.Limit.ShouldBe(18);

        hearer.Answered(Second + 1, new AnswerOutcome(AnswerKind.Throttled, SentAt: Second - 1), inFlight: 20, Bounds);
        hearer.Limit.ShouldBe(18);
        hearer.Answered(Second + 2, new AnswerOutcome(AnswerKind.Throttled, SentAt: Second), inFlight: 20, Bounds);

        hearer.Limit.ShouldBe(16);
    }

    [Fact]
    public void Of_answers_that_are_spread_over_processes_each_decides_by_its_part()
    {
        var (alone, among) = (new VegasLimit(initial: 80), new VegasLimit(initial: 80));

        Answer(alone, from: 0, windows: 1, latency: Second / 10, answers: 20);
        Answer(among, from: 0, windows: 1, latency: Second / 10, answers: 20, Bounds with { Hearers = 4 });

        alone.Limit.ShouldBe(80);
        among.Limit.ShouldBeGreaterThan(80);
    }

    [Fact]
    public void Among_processes_that_cannot_ask_each_other_each_has_its_part()
    {
        LearningRule whole = new AdaptiveRate(1_000_000, Second, 1_000_000);
        var state = default(LimitState);
        whole.Hear(ref state, now: 0, Refused(rate: 100, at: 0).Tell());
        var part = whole.Among(4);
        var at = new Moment(Second);

        var went = 0;
        while (part.Earliest(ref state, at, cost: 1) <= at.Now)
        {
            part.Charge(ref state, at, cost: 1);
            went++;
        }

        went.ShouldBe(70 / 4);
        (part.Earliest(ref state, at, cost: 1) - at.Now).ShouldBeInRange(1, (4 * Second / 70) + 1);
    }

    [Fact]
    public void Among_processes_that_cannot_ask_each_other_each_has_its_part_under_way_and_one_at_least()
    {
        LearningRule whole = new AdaptiveConcurrency(100, 1, 22);
        var state = default(LimitState);

        foreach (var (processes, most) in ((int, int)[])[(4, 5), (50, 1)])
        {
            var part = whole.Among(processes);
            state.Count = most - 1;
            part.Earliest(ref state, new Moment(1), cost: 1).ShouldBe(1);
            state.Count = most;
            part.Earliest(ref state, new Moment(1), cost: 1).ShouldBe(LimitRule.Never);
        }
    }

    private static CubicRate Refused(double rate, long at)
    {
        var refused = new CubicRate(rate, now: 0);
        refused.Measured(at, perSecond: rate, latest: 0);
        refused.Throttled(at, new AnswerOutcome(AnswerKind.Throttled, SentAt: at), ceiling: 1_000_000);
        return refused;
    }

    /// <summary>Windows of answers that took so long, to as many as the limit allows at once.</summary>
    private static void Answer(VegasLimit limit, long from, int windows, long latency, int answers = 100, VegasBounds? bounds = null)
    {
        var now = from;
        for (var window = 0; window < windows; window++)
        {
            for (var i = 0; i < answers; i++)
            {
                now += latency / 20;
                limit.Answered(now + latency, new AnswerOutcome(AnswerKind.Succeeded, SentAt: now), inFlight: limit.Limit, bounds ?? Bounds);
            }
        }
    }
}
