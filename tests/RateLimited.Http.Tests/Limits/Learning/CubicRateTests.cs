using RateLimited.Http.Limits;
using RateLimited.Http.Limits.Learning;

namespace RateLimited.Http.Tests.Limits.Learning;

/// <summary>The curve of a learned rate, figure by figure.</summary>
public sealed class CubicRateTests
{
    private const long Second = TimeSpan.TicksPerSecond;
    private const double Ceiling = 10_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void A_refusal_brakes_to_seven_tenths_of_the_smoothed_rate_of_the_half_seconds_that_are_over(int halves)
    {
        var rate = new CubicRate(initial: 1_000, now: 0);
        for (var half = 0; half < halves; half++)
        {
            Send(rate, half * Second / 2, 50);
        }

        var now = halves * Second / 2;
        rate.Throttled(now, Refused(now), Ceiling);

        // A hundred a second; each half second that is over leaves a fifth of the one before it.
        rate.PerSecond.ShouldBe(0.7 * 100 * (1 - Math.Pow(0.2, halves)), 1e-9);
    }

    [Fact]
    public void Half_seconds_are_those_of_the_clock_whenever_it_began()
    {
        var rate = new CubicRate(initial: 1_000, now: 10 * Second);
        Send(rate, 10 * Second, 50);

        rate.Throttled((10 * Second) + (Second / 2), Refused(10 * Second), Ceiling);

        rate.PerSecond.ShouldBe(0.7 * 0.8 * 100, 1e-9);
    }

    [Fact]
    public void A_success_takes_in_the_half_second_that_is_over()
    {
        var rate = new CubicRate(initial: 100, now: 0);
        Send(rate, 0, 60);
        rate.LimitedAt = Second / 2;

        rate.Succeeded(6 * Second / 10, Second / 2, Ceiling);

        rate.PerSecond.ShouldBe(100 + (0.4 * Math.Pow(0.6, 3)), 1e-9);
    }

    [Fact]
    public void Before_demand_has_met_the_limit_for_the_first_time_it_does_not_grow()
    {
        var rate = new CubicRate(initial: 100, now: 0);
        Send(rate, 0, 500);

        rate.Succeeded(9 * Second / 10, 0, Ceiling);

        rate.PerSecond.ShouldBe(100);
    }

    [Fact]
    public void What_went_in_the_present_half_second_counts_as_a_whole_seconds()
    {
        var rate = new CubicRate(1_000, 0);
        Send(rate, 0, 10);
        Send(rate, Second / 2, 60);

        rate.Throttled(Second - 1, Refused(Second - 1), Ceiling);

        rate.PerSecond.ShouldBe(0.7 * 60, 1e-9);
    }

    [Fact]
    public void It_brakes_from_what_it_is_where_more_was_sent()
    {
        var rate = new CubicRate(20, 0);
        Send(rate, 0, 500);

        rate.Throttled(1, Refused(1), Ceiling);

        rate.PerSecond.ShouldBe(14, 1e-9);
    }

    [Fact]
    public void Half_seconds_in_which_nothing_goes_count_too()
    {
        var rate = new CubicRate(1_000, 0);
        Send(rate, 0, 100);

        rate.Throttled(2 * Second, Refused(2 * Second), Ceiling);

        // A hundred in four halves are fifty a second, and there was nothing before them.
        rate.PerSecond.ShouldBe(0.7 * 0.8 * 50, 1e-9);
    }

    [Fact]
    public void After_a_brake_it_goes_along_the_curve_and_never_back()
    {
        var rate = Braked(out var last, out var now);
        var (begun, plateau, before) = (now, Math.Cbrt(last * 0.3 / 0.4), rate.PerSecond);
        var above = 0;
        for (var i = 1; i <= 80; i++)
        {
            now += Second / 10;
            Send(rate, now, 20);
            rate.LimitedAt = now;
            rate.Succeeded(now, now, Ceiling);
            var past = ((double)(now - begun) / Second) - plateau;
            var curve = (0.4 * past * past * past) + last;

            rate.PerSecond.ShouldBe(Math.Max(before, Math.Min(curve, 2 * Measured(rate, now))), 1e-6, $"after {i} tenths");
            above += rate.PerSecond > last ? 1 : 0;
            before = rate.PerSecond;
        }

        above.ShouldBeGreaterThan(0, "it probes beyond what was refused");
    }

    [Fact]
    public void Between_two_successes_a_second_at_most_has_passed()
    {
        var rate = Braked(out var last, out var now);
        for (var half = 0; half < 120; half++)
        {
            now += Second / 2;
            Send(rate, now, 50);
        }

        rate.LimitedAt = now;
        rate.Succeeded(now, now, Ceiling);

        rate.PerSecond.ShouldBe((0.4 * Math.Pow(1 - Math.Cbrt(last * 0.3 / 0.4), 3)) + last, 1e-6);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-1, false)]
    public void It_grows_only_if_demand_met_the_limit_in_the_second_before_it_was_sent(long ticks, bool grows)
    {
        var rate = Braked(out _, out var now);
        var before = rate.PerSecond;
        for (var i = 1; i <= 40; i++)
        {
            now += Second / 4;
            Send(rate, now, 50);
            rate.LimitedAt = now - Second + ticks;
            rate.Succeeded(now, now, Ceiling);
        }

        (rate.PerSecond > before).ShouldBe(grows);
    }

    [Fact]
    public void It_grows_to_twice_what_was_sent_at_most_and_to_the_ceiling()
    {
        var (little, much) = (Braked(out _, out var now), Braked(out _, out _));
        for (var i = 1; i <= 200; i++)
        {
            now += Second / 2;
            Send(little, now, 30);
            Send(much, now, 3_000);
            little.LimitedAt = much.LimitedAt = now;
            little.Succeeded(now, now, 500);
            much.Succeeded(now, now, 500);
        }

        little.PerSecond.ShouldBe(120, 0.5);
        much.PerSecond.ShouldBe(500);
    }

    [Fact]
    public void One_burst_of_refusals_brakes_once_and_one_that_was_sent_after_the_brake_again()
    {
        var rate = Braked(out _, out var now);
        var braked = rate.PerSecond;
        Send(rate, now, 500);
        rate.Throttled(now + 1, Refused(now), Ceiling);
        rate.PerSecond.ShouldBe(braked);

        rate.Throttled(now + 2, Refused(now + 1), Ceiling);

        rate.PerSecond.ShouldBe(0.7 * braked, 1e-9);
    }

    [Fact]
    public void What_headers_explain_is_heard_and_does_not_brake()
    {
        var rate = new CubicRate(100, 5);
        rate.HeardAt.ShouldBe(5);

        rate.Throttled(9, Refused(9) with { IsExplained = true }, Ceiling);

        (rate.PerSecond, rate.HeardAt).ShouldBe((100, 9));
        rate.Succeeded(7, 6, Ceiling);
        rate.HeardAt.ShouldBe(9, "time does not run back");
        rate.Succeeded(12, 6, Ceiling);
        rate.HeardAt.ShouldBe(12);
    }

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(100, 50)]
    public void However_much_is_refused_one_of_the_usual_cost_goes_every_two_seconds(long cost, double slowest)
    {
        var rate = new CubicRate(1_000, 0);
        for (var i = 0; i < 200; i++)
        {
            rate.Sent(0, cost);
        }

        for (var i = 1L; i <= 500; i++)
        {
            rate.Sent(i * 5 * Second, cost);
            rate.Throttled((i * 5 * Second) + 1, Refused((i * 5 * Second) + 1), Ceiling);
        }

        rate.PerSecond.ShouldBe(slowest, slowest / 1000);
    }

    [Fact]
    public void A_ceiling_bounds_what_it_is_and_what_it_grows_to()
    {
        var rate = Braked(out var last, out var now);
        rate.Bound(last);
        rate.PerSecond.ShouldBe(0.7 * last, 1e-9);

        rate.Bound(3);
        rate.PerSecond.ShouldBe(3);
        for (var i = 1; i <= 3; i++)
        {
            now += Second / 4;
            Send(rate, now, 500);
            rate.LimitedAt = now;
            rate.Succeeded(now, now, Ceiling);
        }

        rate.PerSecond.ShouldBe(3, "the curve begins below what it was bound to");
    }

    private static AnswerOutcome Refused(long sentAt) => new(AnswerKind.Throttled, sentAt);

    private static void Send(CubicRate rate, long now, int count)
    {
        for (var i = 0; i < count; i++)
        {
            rate.Sent(now, 1);
        }
    }

    /// <summary>A rate that has just braked from a hundred a second.</summary>
    private static CubicRate Braked(out double last, out long now)
    {
        var rate = new CubicRate(1_000, 0);
        for (var half = 0; half < 20; half++)
        {
            Send(rate, half * Second / 2, 50);
        }

        now = 10 * Second;
        rate.Throttled(now, Refused(now), Ceiling);
        last = rate.PerSecond / 0.7;
        last.ShouldBe(100, 1e-6);
        return rate;
    }

    /// <summary>What it takes the demand to be: the half seconds that are over, each leaving a fifth of the one before. Two hundred a second since the brake, a hundred before.</summary>
    private static double Measured(CubicRate rate, long now)
    {
        rate.HeardAt.ShouldBe(now);
        var measured = 100d;
        for (var half = 20; half < now / (Second / 2); half++)
        {
            // The tenths of a second in it in which twenty were sent; the first of all has none at its beginning.
            var tenths = half == 20 ? 4 : 5;
            measured = (0.8 * 2 * 20 * tenths) + (0.2 * measured);
        }

        return measured;
    }
}
