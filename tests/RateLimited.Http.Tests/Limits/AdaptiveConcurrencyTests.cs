using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Limits;

/// <summary>The learner of concurrency limits, one reaction at a time.</summary>
public class AdaptiveConcurrencyTests
{
    private const long Ms = TimeSpan.TicksPerMillisecond;

    private readonly AdaptiveConcurrency _rule = new(200, 2, 20);
    private LimitState _state;
    private long _now;

    [Fact]
    public void Begins_at_the_initial_limit()
    {
        Fill().ShouldBe(20);
        Earliest().ShouldBe(LimitRule.Never);
    }

    [Fact]
    public void One_may_go_where_none_is_under_way_whatever_it_costs()
    {
        _rule.Earliest(ref _state, At, 150).ShouldBe(0);
        _rule.Charge(ref _state, At, 1);
        _rule.Earliest(ref _state, At, 150).ShouldBe(LimitRule.Never);
        _rule.Earliest(ref _state, At, 201).ShouldBe(LimitRule.Never);
    }

    [Fact]
    public void As_much_as_the_quota_at_once_may_go_and_it_learns()
    {
        _rule.Earliest(ref _state, At, 200).ShouldBe(0);
        _rule.Learns.ShouldBeTrue();
        Should.Throw<ArgumentOutOfRangeException>(static () => new AdaptiveConcurrency(200, 0, 20)).ParamName.ShouldBe("minimum");
    }

    [Fact]
    public void It_was_used_if_it_was_full_although_all_had_come_back_before_they_were_learned_of()
    {
        for (var i = 0; i < 3; i++)
        {
            var (count, sent) = (Fill(), _now);
            _now += 50 * Ms;
            _rule.GiveBack(ref _state, At, 0, count);
            for (var each = 0; each < count; each++)
            {
                _rule.Learn(ref _state, At, new AnswerOutcome(AnswerKind.Succeeded, sent));
            }
        }

        Present.ShouldBeGreaterThan(20);
    }

    [Theory]
    [InlineData(AnswerKind.Throttled, true)]
    [InlineData(AnswerKind.Ignored, false)]
    internal void What_it_was_not_charged_for_or_what_says_nothing_changes_nothing(AnswerKind kind, bool isUncharged)
    {
        Fill();
        _now += 50 * Ms;
        _rule.Learn(ref _state, At, new AnswerOutcome(kind, 0) { IsUncharged = isUncharged }).ShouldBeFalse();
        Present.ShouldBe(20);

        _rule.GiveBack(ref _state, At, 0, 20);
        _rule.FreshAt(_state, At).ShouldBe(AdaptiveRate.Memory, "nothing was heard");
    }

    [Fact]
    public void It_is_as_new_ten_minutes_after_it_has_heard_something_and_never_while_anything_is_held()
    {
        _rule.FreshAt(_state, At).ShouldBe(0);
        _rule.Charge(ref _state, At, 1);
        _rule.FreshAt(_state, At).ShouldBe(LimitRule.Never);

        _now += 50 * Ms;
        Answer(AnswerKind.Succeeded, 0);

        _rule.FreshAt(_state, At).ShouldBe(_now + AdaptiveRate.Memory);
    }

    [Fact]
    public void Grows_while_latency_stays_and_it_is_used()
    {
        Rounds(100, static _ => 50 * Ms);
        Present.ShouldBe(200);
    }

    [Fact]
    public void Does_not_grow_while_half_of_it_is_unused()
    {
        for (var i = 0; i < 1000; i++)
        {
            Round(5, 50 * Ms, AnswerKind.Succeeded);
        }

        Present.ShouldBeLessThanOrEqualTo(25);
    }

    [Fact]
    public void A_limit_that_nobody_needs_falls_to_five_times_what_is_used()
    {
        Rounds(100, static _ => 50 * Ms);
        for (var i = 0; i < 500; i++)
        {
            Round(3, 50 * Ms, AnswerKind.Succeeded);
        }

        Present.ShouldBe(15);
    }

    [Fact]
    public void Falls_while_requests_queue_at_the_upstream()
    {
        Rounds(20, static _ => 50 * Ms);
        var before = Present;

        // Ten at once take 50 ms; more wait for each other.
        Rounds(40, static inFlight => 50 * Ms * Math.Max(inFlight, 10) / 10);

        Present.ShouldBeLessThan(before);
        Present.ShouldBeInRange(5, 20);
    }

    [Fact]
    public void A_refusal_brakes_once_for_all_that_were_under_way()
    {
        Fill();
        _now += 50 * Ms;
        for (var i = 0; i < 20; i++)
        {
            Answer(AnswerKind.Throttled, sentAt: 0);
        }

        Present.ShouldBe(18);
    }

    [Fact]
    public void A_refusal_that_headers_explain_does_not_brake()
    {
        Fill();
        _rule.Learn(ref _state, At, new AnswerOutcome(AnswerKind.Throttled, 0, IsExplained: true)).ShouldBeFalse();
        Present.ShouldBe(20);
    }

    [Fact]
    public void A_fast_fault_does_not_brake_and_a_late_one_does()
    {
        Rounds(3, static _ => 50 * Ms);
        var before = Present;
        Round(1, 5 * Ms, AnswerKind.Faulted);
        Present.ShouldBe(before);
        Round(1, 500 * Ms, AnswerKind.Faulted);
        Present.ShouldBeLessThan(before);
    }

    [Fact]
    public void Below_what_was_refused_it_waits()
    {
        for (var i = 0; i < 400; i++)
        {
            var count = Fill();
            var sent = _now;
            _now += 50 * Ms;
            for (var each = 0; each < count; each++)
            {
                Answer(each < 50 ? AnswerKind.Succeeded : AnswerKind.Throttled, sent);
            }
        }

        Present.ShouldBeInRange(22, 51);
    }

    [Fact]
    public void The_baseline_of_a_slower_network_is_found_by_a_probe()
    {
        Rounds(50, static _ => 50 * Ms);

        // Whatever is under way, it takes longer now.
        Rounds(300, static _ => 80 * Ms);

        Present.ShouldBe(200);
    }

    [Fact]
    public void Ten_minutes_of_queueing_do_not_become_normal()
    {
        Rounds(20, static _ => 50 * Ms);
        var until = _now + TimeSpan.FromMinutes(10).Ticks;
        var highest = 0L;
        for (var i = 0; _now < until; i++)
        {
            Rounds(1, static inFlight => 50 * Ms * Math.Max(inFlight, 5) / 5);
            highest = i > 100 ? Math.Max(highest, Present) : highest;
        }

        highest.ShouldBeLessThan(25);
        Rounds(200, static inFlight => 50 * Ms * Math.Max(inFlight, 100) / 100);
        Present.ShouldBeGreaterThan(90);
    }

    [Fact]
    public void A_reload_keeps_what_is_held_and_what_was_learned()
    {
        Rounds(100, static _ => 50 * Ms);
        Fill();
        new AdaptiveConcurrency(50, 1, 5).Adopt(ref _state, _rule, At);
        _rule.Used(ref _state, At).ShouldBe(200);
        Present.ShouldBe(50);

        new Concurrency(10).Adopt(ref _state, _rule, At);
        _rule.Used(ref _state, At).ShouldBe(200);
        Present.ShouldBe(20);
        _rule.Adopt(ref _state, new Concurrency(10), At);
        _rule.Used(ref _state, At).ShouldBe(200);
        _rule.Adopt(ref _state, new SlidingWindow(10, 10), At);
        _rule.Used(ref _state, At).ShouldBe(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_happens_it_is_bounded_and_what_is_released_was_charged(int seed)
    {
        var random = new Random(seed);
        var held = new List<(long SentAt, long Cost)>();
        for (var i = 0; i < 100_000; i++)
        {
            _now += random.NextInt64(random.Next(50) == 0 ? 100_000 * Ms : 5 * Ms);
            var cost = random.Next(10) == 0 ? random.Next(1, 50) : 1;
            if (random.Next(2) == 0 && _rule.Earliest(ref _state, At, cost) == _now)
            {
                _rule.Charge(ref _state, At, cost);
                held.Add((_now, cost));
            }
            else if (held.Count > 0)
            {
                var ended = random.Next(held.Count);
                var (sentAt, released) = held[ended];
                held.RemoveAt(ended);
                var before = Present;
                var kind = (AnswerKind)random.Next(4);
                var rose = _rule.Learn(ref _state, At, new AnswerOutcome(kind, sentAt));
                rose.ShouldBe(Present > before);
                _rule.GiveBack(ref _state, At, 0, released);
            }

            Present.ShouldBeInRange(2, 200);
            _rule.Used(ref _state, At).ShouldBe(held.Sum(static each => each.Cost));
            if (held.Count == 0)
            {
                Earliest().ShouldBe(_now, "nothing starves");
            }
        }
    }

    private Moment At => new(_now);

    private long Present => _rule.Present(ref _state, At);

    private long Earliest() => _rule.Earliest(ref _state, At, 1);

    private int Fill()
    {
        var filled = 0;
        for (; Earliest() == _now; filled++)
        {
            _rule.Charge(ref _state, At, 1);
        }

        return filled;
    }

    /// <summary>Sends as many as may go, and answers all of them after a latency that depends on how many they are.</summary>
    private void Rounds(int rounds, Func<long, long> latency)
    {
        for (var i = 0; i < rounds; i++)
        {
            Round(int.MaxValue, latency(Present), AnswerKind.Succeeded);
        }
    }

    private void Round(int most, long latency, AnswerKind kind)
    {
        var sent = _now;
        var count = 0;
        for (; count < most && Earliest() == _now; count++)
        {
            _rule.Charge(ref _state, At, 1);
        }

        _now += latency;
        for (; count > 0; count--)
        {
            Answer(kind, sent);
        }
    }

    private void Answer(AnswerKind kind, long sentAt)
    {
        _rule.Learn(ref _state, At, new AnswerOutcome(kind, sentAt));
        _rule.GiveBack(ref _state, At, 0, 1);
    }
}
