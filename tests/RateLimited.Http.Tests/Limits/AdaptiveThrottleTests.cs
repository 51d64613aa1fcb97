using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Limits;

/// <summary>The throttle on server faults, one reaction at a time.</summary>
public class AdaptiveThrottleTests
{
    private const long Second = TimeSpan.TicksPerSecond;

    private readonly AdaptiveThrottle _rule = new();
    private LimitState _state;

    [Fact]
    public void Nine_faults_do_nothing()
    {
        Ask(0, AnswerKind.Faulted, times: 9);
        Earliest(0).ShouldBe(0);
    }

    [Fact]
    public void The_tenth_closes_it_but_for_a_probe_each_second()
    {
        Ask(0, AnswerKind.Faulted, times: 10);
        Earliest(0).ShouldBe(0, "the first probe");
        Charge(0);
        Earliest(1).ShouldBe(Second);
        Charge(Second);
        Earliest(Second).ShouldBe(2 * Second);
    }

    [Fact]
    public void As_many_successes_as_faults_are_no_reason()
    {
        for (var i = 0; i < 1000; i++)
        {
            Ask(i, AnswerKind.Succeeded, times: 3);
            Ask(i, AnswerKind.Faulted, times: 1);
            Earliest(i).ShouldBe(i);
        }
    }

    [Fact]
    public void Requests_under_way_at_a_slow_upstream_are_no_reason()
    {
        for (var i = 0; i < 10_000; i++)
        {
            Charge(i);
        }

        for (var i = 0; i < 100; i++)
        {
            Learn(Second, i % 5 == 0 ? AnswerKind.Faulted : AnswerKind.Succeeded, i);
        }

        Earliest(Second).ShouldBe(Second);
    }

    [Theory]
    [InlineData(AnswerKind.Throttled)]
    [InlineData(AnswerKind.Ignored)]
    internal void Refusals_and_requests_given_up_do_not_count(AnswerKind kind)
    {
        Ask(0, kind, times: 1000);
        _rule.Used(ref _state, At(0)).ShouldBe(0);
        Ask(0, AnswerKind.Faulted, times: 9);
        Earliest(0).ShouldBe(0);
    }

    [Fact]
    public void A_probe_that_succeeds_lets_others_go()
    {
        Ask(0, AnswerKind.Faulted, times: 11);
        var now = 200 * Second;
        Ask(now, AnswerKind.Faulted, times: 20);
        Earliest(now + 1).ShouldBeGreaterThan(now);
        var probe = Earliest(now);
        Charge(probe);
        for (var i = 0; i < 10; i++)
        {
            Learn(probe + i, AnswerKind.Succeeded, probe);
        }

        Earliest(probe + 10).ShouldBe(probe + 10);
    }

    [Fact]
    public void Ten_successes_in_a_row_end_a_short_outage_without_letting_all_go_at_once()
    {
        Ask(0, AnswerKind.Faulted, times: 1000);
        var now = 0L;
        for (var i = 0; i < 10; i++)
        {
            now = Earliest(now + 1);
            Charge(now);
            Learn(now + 2, AnswerKind.Succeeded, now);
        }

        now.ShouldBeLessThan(11 * Second);
        now += 2;
        var gone = 0;
        while (Earliest(now) == now && gone < 1000)
        {
            Charge(now);
            gone++;
        }

        gone.ShouldBeInRange(10, 30);
    }

    [Fact]
    public void Answers_to_what_was_sent_before_the_last_fault_are_no_recovery()
    {
        Ask(0, AnswerKind.Faulted, times: 1000);
        for (var i = 0; i < 100; i++)
        {
            Learn(Second, AnswerKind.Succeeded, sentAt: 0);
        }

        Earliest(Second + 1).ShouldBeLessThanOrEqualTo(3 * Second);
        Charge(Earliest(Second + 1));
        Earliest(2 * Second).ShouldBe((2 * Second) + 1);
    }

    [Fact]
    public void After_two_minutes_nothing_is_left()
    {
        Ask(0, AnswerKind.Faulted, times: 100);
        var fresh = _rule.FreshAt(_state, At(0));
        fresh.ShouldBeInRange(115 * Second, 125 * Second);
        AdaptiveThrottle.HasFaults(ref _state, At(fresh - 1)).ShouldBeTrue();
        AdaptiveThrottle.HasFaults(ref _state, At(fresh)).ShouldBeFalse();
        _rule.Used(ref _state, At(fresh)).ShouldBe(0);
    }

    [Fact]
    public void A_reload_keeps_it_and_another_rule_does_not()
    {
        Ask(0, AnswerKind.Faulted, times: 100);
        new AdaptiveThrottle().Adopt(ref _state, _rule, At(0));
        AdaptiveThrottle.HasFaults(ref _state, At(0)).ShouldBeTrue();
        _rule.Adopt(ref _state, new Concurrency(5), At(0));
        AdaptiveThrottle.HasFaults(ref _state, At(0)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(1, 0.0)]
    [InlineData(2, 0.1)]
    [InlineData(3, 0.5)]
    [InlineData(4, 0.9)]
    [InlineData(5, 0.99)]
    [InlineData(6, 1.0)]
    public void Of_any_two_minutes_what_goes_is_bounded_by_what_was_answered(int seed, double faulty)
    {
        var random = new Random(seed);
        var answers = new List<(long At, bool Good)>();
        var sent = new List<long>();
        var now = 0L;
        for (var i = 0; i < 30_000; i++)
        {
            now += random.NextInt64(Second / 10);
            var earliest = Earliest(now);
            earliest.ShouldBeLessThanOrEqualTo(now + Second, "nothing starves");
            if (earliest > now)
            {
                Earliest(earliest - 1).ShouldBe(earliest, $"seed {seed}, step {i}");
                Earliest(earliest).ShouldBe(earliest, $"seed {seed}, step {i}");
                now = earliest;
                continue;
            }

            Charge(now);
            sent.Add(now);
            var good = random.NextDouble() >= faulty;
            Learn(now, good ? AnswerKind.Succeeded : AnswerKind.Faulted, now);
            answers.Add((now, good));
        }

        // By whole windows, and with what a slot of five seconds may hold beyond them.
        for (var from = 0L; from < now - (120 * Second); from += 60 * Second)
        {
            var gone = sent.Count(at => at >= from && at < from + (115 * Second));
            var good = answers.Count(answer => answer.At >= from - (5 * Second) && answer.At < from + (115 * Second) && answer.Good);
            gone.ShouldBeLessThanOrEqualTo((3 * good) + 10 + 120, $"seed {seed}, from {from / Second} s");
        }
    }

    private static Moment At(long now) => new(now);

    private long Earliest(long now) => _rule.Earliest(ref _state, At(now), 1);

    private void Charge(long now) => _rule.Charge(ref _state, At(now), 1);

    private void Learn(long now, AnswerKind kind, long sentAt) => _rule.Learn(ref _state, At(now), new AnswerOutcome(kind, sentAt));

    private void Ask(long now, AnswerKind kind, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Charge(now);
            Learn(now, kind, now);
        }
    }
}
