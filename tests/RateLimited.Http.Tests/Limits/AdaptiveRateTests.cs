using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Limits;

/// <summary>The learner of rates, one reaction at a time.</summary>
public class AdaptiveRateTests
{
    private const long Second = TimeSpan.TicksPerSecond;

    private readonly AdaptiveRate _rule = new(1000, Second, initial: 100);
    private LimitState _state;

    [Fact]
    public void Begins_at_the_initial_rate_with_one_seconds_worth()
    {
        Take(0).ShouldBe(100);
        Earliest(0).ShouldBe(Second / 100);
        _rule.Present(ref _state, At(0)).ShouldBe(100);
    }

    [Fact]
    public void A_refusal_brakes_to_seven_tenths_of_what_was_sent()
    {
        Offer(0, seconds: 4, perSecond: 50);

        Learn(4 * Second, AnswerKind.Throttled, sentAt: 4 * Second);

        Present(4 * Second).ShouldBeInRange(33, 37);
    }

    [Fact]
    public void A_burst_of_refusals_brakes_once()
    {
        Take(0);
        Learn(Second, AnswerKind.Throttled, sentAt: Second - 10);
        var braked = Present(Second);
        for (var i = 1; i <= 50; i++)
        {
            Learn(Second + i, AnswerKind.Throttled, sentAt: Second - i);
        }

        Present(Second + 50).ShouldBe(braked);
        Learn(2 * Second, AnswerKind.Throttled, sentAt: Second + 100);
        Present(2 * Second).ShouldBeLessThan(braked);
    }

    [Fact]
    public void A_refusal_that_headers_explain_does_not_brake()
    {
        Take(0);
        _rule.Learn(ref _state, At(Second), new AnswerOutcome(AnswerKind.Throttled, 0, IsExplained: true)).ShouldBeFalse();

        Present(Second).ShouldBe(100);
    }

    [Theory]
    [InlineData(AnswerKind.Faulted)]
    [InlineData(AnswerKind.Ignored)]
    internal void Faults_are_not_its_affair(AnswerKind kind)
    {
        Take(0);
        Learn(Second, kind, 0).ShouldBeFalse();
        Present(Second).ShouldBe(100);
    }

    [Fact]
    public void Without_demand_that_meets_the_limit_it_does_not_grow()
    {
        Take(0);
        Learn(0, AnswerKind.Throttled, sentAt: 0);
        var before = Present(0);
        var now = 10 * Second;
        for (var i = 0; i < 600; i++, now += Second)
        {
            Charge(now);
            Learn(now + 10, AnswerKind.Succeeded, now);
        }

        before.ShouldBeGreaterThan(50);
        Present(now).ShouldBe(before);
    }

    [Fact]
    public void With_demand_it_grows_to_the_ceiling_and_no_further()
    {
        var (now, before) = (0L, 100L);
        for (var i = 0; i < 20_000; i++)
        {
            now = Math.Max(now, Earliest(now));
            Charge(now);
            Learn(now, AnswerKind.Succeeded, now);
            Present(now).ShouldBeGreaterThanOrEqualTo(before);
            before = Present(now);
        }

        before.ShouldBe(1000);
    }

    [Fact]
    public void It_never_grows_beyond_twice_what_was_sent()
    {
        // A burst empties the bucket, and then little is asked for a long time.
        Take(0);
        Offer(Second, seconds: 20, perSecond: 10);
        Take(21 * Second);
        for (var i = 0; i < 1000; i++)
        {
            Learn((22 * Second) + (i * Second / 1000), AnswerKind.Succeeded, 21 * Second);
        }

        Present(23 * Second).ShouldBeLessThanOrEqualTo(200);
    }

    [Fact]
    public void It_never_falls_below_one_in_two_seconds()
    {
        for (var i = 0L; i < 1000; i++)
        {
            Charge(i * Second);
            Learn((i * Second) + 1, AnswerKind.Throttled, i * Second);
        }

        var now = 2000 * Second;
        Charge(now);
        Earliest(now).ShouldBe(now + (2 * Second));
    }

    [Fact]
    public void The_floor_of_dear_requests_is_as_dear()
    {
        var rule = new AdaptiveRate(1_000_000, Second, 1_000_000);
        var state = default(LimitState);
        var (now, before) = (0L, 0L);
        for (var i = 0; i < 200; i++)
        {
            before = now;
            now = rule.Earliest(ref state, At(now + 1), 1000);
            rule.Charge(ref state, At(now), 1000);
            rule.Learn(ref state, At(now), new AnswerOutcome(AnswerKind.Throttled, now));
        }

        // Asked only for dear ones, it asks for one of them every two seconds as well.
        (now - before).ShouldBeInRange(Second, 5 * Second);
    }

    [Fact]
    public void What_was_taken_stays_taken_when_the_rate_changes()
    {
        Take(0);
        var used = _rule.Used(ref _state, At(0));
        Learn(0, AnswerKind.Throttled, 0);

        _rule.Used(ref _state, At(0)).ShouldBe(used);
    }

    [Fact]
    public void What_is_given_back_can_be_taken_again_and_never_more()
    {
        var receipt = Charge(0);
        _rule.GiveBack(ref _state, At(0), receipt, 1);
        _rule.Used(ref _state, At(0)).ShouldBe(0);

        receipt = Charge(0);
        _rule.GiveBack(ref _state, At(Second), receipt, 1000);
        Take(Second).ShouldBe(100);
    }

    [Fact]
    public void A_reload_keeps_what_was_learned_under_the_new_ceiling()
    {
        Take(0);
        Learn(0, AnswerKind.Throttled, 0);
        var learned = Present(0);

        new AdaptiveRate(500, Second, 500).Adopt(ref _state, _rule, At(0));
        Present(0).ShouldBe(learned);
        new AdaptiveRate(30, Second, 30).Adopt(ref _state, _rule, At(0));
        Present(0).ShouldBe(30);
    }

    [Fact]
    public void A_reload_leaves_taken_what_was_taken()
    {
        Take(0).ShouldBe(100);

        new AdaptiveRate(30, Second, 30).Adopt(ref _state, _rule, At(0));

        _rule.Used(ref _state, At(0)).ShouldBe(100);
    }

    [Fact]
    public void Of_another_rule_it_takes_over_what_was_used_and_no_more()
    {
        var bucket = new TokenBucket(100, Second, 100);
        var state = default(LimitState);
        bucket.Charge(ref state, At(0), 40);

        _rule.Adopt(ref state, bucket, At(0));

        _rule.Used(ref state, At(0)).ShouldBe(40);
        _rule.Present(ref state, At(0)).ShouldBe(100);
    }

    [Fact]
    public void It_learns_and_needs_a_window_and_something_to_begin_with()
    {
        _rule.Learns.ShouldBeTrue();
        new AdaptiveThrottle().Learns.ShouldBeTrue();
        Should.Throw<ArgumentOutOfRangeException>(static () => new AdaptiveRate(10, 0, 10)).ParamName.ShouldBe("window");
        Should.Throw<ArgumentOutOfRangeException>(static () => new AdaptiveRate(10, Second, 0)).ParamName.ShouldBe("initial");
    }

    [Fact]
    public void What_was_learned_is_kept_for_ten_minutes()
    {
        _rule.FreshAt(default, At(0)).ShouldBe(0);
        Charge(0);
        Learn(Second, AnswerKind.Throttled, 0);
        _rule.FreshAt(_state, At(Second)).ShouldBe(Second + TimeSpan.FromMinutes(10).Ticks);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_happens_it_is_bounded_and_says_exactly_when(int seed)
    {
        var random = new Random(seed);
        var now = 0L;
        for (var i = 0; i < 50_000; i++)
        {
            now += random.Next(5) == 0 ? random.NextInt64(Second * 5) : random.NextInt64(Second / 50);
            var kind = (AnswerKind)random.Next(4);
            var cost = random.Next(20) == 0 ? random.NextInt64(1, 1000) : 1;
            switch (random.Next(3))
            {
                case 0:
                    var before = _state.Extra is null ? 100 : Present(now);
                    var rose = Learn(now, kind, now - random.NextInt64(Math.Min(now, Second) + 1));
                    Present(now).ShouldBeInRange(1, 1000);
                    if (kind == AnswerKind.Throttled)
                    {
                        rose.ShouldBeFalse();
                        Present(now).ShouldBeLessThanOrEqualTo(Math.Max(before, 1));
                    }
                    else if (kind == AnswerKind.Succeeded)
                    {
                        Present(now).ShouldBeGreaterThanOrEqualTo(before);
                    }

                    break;
                default:
                    var earliest = _rule.Earliest(ref _state, At(now), cost);
                    earliest.ShouldBeGreaterThanOrEqualTo(now);
                    _rule.Earliest(ref _state, At(earliest), cost).ShouldBe(earliest, $"seed {seed}, step {i}");
                    if (earliest > now)
                    {
                        _rule.Earliest(ref _state, At(earliest - 1), cost).ShouldBe(earliest, $"seed {seed}, step {i}");
                    }

                    _rule.Project(ref _state, At(now), 1).ShouldBe(_rule.Earliest(ref _state, At(now), 1));
                    _rule.Project(ref _state, At(now), 5000).ShouldBeGreaterThanOrEqualTo(_rule.Earliest(ref _state, At(now), cost));
                    if (earliest - now < 100 * Second)
                    {
                        now = earliest;
                        _rule.Charge(ref _state, At(now), cost);
                    }

                    break;
            }
        }
    }

    [Fact]
    public void Extremes_do_not_overflow()
    {
        var rule = new AdaptiveRate(1_000_000_000_000, 1, 1_000_000_000_000);
        var state = default(LimitState);
        var now = TimeSpan.FromDays(365 * 50).Ticks;
        for (var i = 0; i < 100; i++)
        {
            rule.Charge(ref state, At(now), 1_000_000_000_000);
            rule.Learn(ref state, At(now), new AnswerOutcome(AnswerKind.Throttled, now));
            rule.Earliest(ref state, At(now), 1).ShouldBeGreaterThanOrEqualTo(now);
            rule.Used(ref state, At(now)).ShouldBeGreaterThanOrEqualTo(0);
            rule.Present(ref state, At(now)).ShouldBeGreaterThanOrEqualTo(1);
            now += Second;
        }
    }

    private static Moment At(long now) => new(now);

    private long Earliest(long now) => _rule.Earliest(ref _state, At(now), 1);

    private long Charge(long now) => _rule.Charge(ref _state, At(now), 1);

    private bool Learn(long now, AnswerKind kind, long sentAt) => _rule.Learn(ref _state, At(now), new AnswerOutcome(kind, sentAt));

    private long Present(long now) => _rule.Present(ref _state, At(now));

    /// <summary>Takes all that goes at one instant.</summary>
    private int Take(long now)
    {
        var taken = 0;
        for (; Earliest(now) == now; taken++)
        {
            Charge(now);
        }

        return taken;
    }

    private void Offer(long from, int seconds, int perSecond)
    {
        for (var i = 0; i < seconds * perSecond; i++)
        {
            Charge(from + (i * Second / perSecond));
        }
    }
}
