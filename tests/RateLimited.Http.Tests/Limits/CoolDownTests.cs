using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;
using RateLimited.Http.Tests.Resilience;

namespace RateLimited.Http.Tests.Limits;

/// <summary>What holds up an endpoint's requests: for how long, who goes meanwhile, and what ends it.</summary>
public sealed class CoolDownTests
{
    private const long Hour = TimeSpan.TicksPerHour;
    private const long Second = TimeSpan.TicksPerSecond;

    private readonly CoolDown _rule = new();
    private LimitState _state;

    [Fact]
    public void Before_it_is_told_anything_it_holds_nobody()
    {
        Opens(7).ShouldBe(7);
        _rule.Charge(ref _state, At(7), 1);
        (_rule.Used(ref _state, At(7)), _rule.FreshAt(_state, At(7)), _rule.Project(ref _state, At(7), 100), _state.Extra).ShouldBe((0, 0, 7, null));
        Succeeded(at: 8, sentAt: 7).ShouldBeFalse();
    }

    [Fact]
    public void A_pause_is_only_lengthened_and_those_who_waited_come_back_one_by_one()
    {
        CoolDown.Pause(ref _state, 0, 10 * Second);
        CoolDown.Pause(ref _state, Second, 2 * Second);

        Opens(Second).ShouldBe(10 * Second);
        _rule.Charge(ref _state, At(10 * Second), 1);
        (Opens(10 * Second) - (10 * Second)).ShouldBeInRange(1, TimeSpan.TicksPerSecond / 40);
    }

    [Fact]
    public void A_quota_that_is_used_up_is_asked_for_by_one_at_intervals_and_returns_with_a_success()
    {
        CoolDown.Exhaust(ref _state, 0, sentAt: 0, 20 * Hour, Hour);
        Opens(Second).ShouldBe(Hour);
        _rule.Charge(ref _state, At(Hour), 1);
        Opens(Hour).ShouldBe(Hour + TimeSpan.TicksPerMinute, "the others wait for the answer of the one");

        _rule.Learn(ref _state, At(Hour + Second), new AnswerOutcome(AnswerKind.Throttled, Hour)).ShouldBeFalse();
        Succeeded(at: Hour + Second, sentAt: Hour).ShouldBeTrue();
        Opens(Hour + Second).ShouldBe(Hour + Second);
        _rule.Charge(ref _state, At(Hour + Second), 1);
        Opens(Hour + Second).ShouldBe(Hour + Second + (Second / 40), "at a distance");
    }

    [Fact]
    public void It_returns_when_it_was_said_to()
    {
        CoolDown.Exhaust(ref _state, 0, sentAt: 0, 90 * TimeSpan.TicksPerMinute, Hour);
        _rule.Charge(ref _state, At(Hour), 1);
        CoolDown.Exhaust(ref _state, Hour, sentAt: Hour, 30 * TimeSpan.TicksPerMinute, Hour);

        Opens(Hour).ShouldBe(90 * TimeSpan.TicksPerMinute);
    }

    [Fact]
    public void Whatever_is_told_who_is_told_an_instant_goes_then_and_nobody_is_held_for_longer_than_is_believed()
    {
        var cases =
            from longest in Draws.Ticks(TimeSpan.TicksPerMinute, 2 * Hour)
            from steps in (
                from kind in Gen.Choose(0, 3)
                from after in Draws.Ticks(0, Hour)
                from amount in Draws.Ticks(0, 1000 * Hour)
                from age in Draws.Ticks(0, Hour)
                select (Kind: kind, After: after, Amount: amount, Age: age)).ListOf()
            select (longest, steps);

        Holds.For(cases, static drawn =>
        {
            var (rule, state, now) = (new CoolDown(), default(LimitState), 0L);
            foreach (var step in drawn.steps)
            {
                now += step.After;
                switch (step.Kind)
                {
                    case 0:
                        CoolDown.Pause(ref state, now, Math.Min(step.Amount, drawn.longest));
                        break;
                    case 1:
                        CoolDown.Exhaust(ref state, now, now - step.Age, step.Amount, drawn.longest);
                        break;
                    case 2:
                        rule.Learn(ref state, At(now), new AnswerOutcome(AnswerKind.Succeeded, now - step.Age));
                        break;
                    default:
                        var opens = rule.Earliest(ref state, At(now), 1);
                        now = opens;
                        rule.Earliest(ref state, At(now), 1).ShouldBe(now);
                        rule.Charge(ref state, At(now), 1);
                        break;
                }

                rule.Earliest(ref state, At(now), 1).ShouldBeInRange(now, now + drawn.longest + TimeSpan.TicksPerMinute);
            }
        });
    }

    private static Moment At(long now) => new(now);

    private long Opens(long now) => _rule.Earliest(ref _state, At(now), 1);

    private bool Succeeded(long at, long sentAt) => _rule.Learn(ref _state, At(at), new AnswerOutcome(AnswerKind.Succeeded, sentAt));
}
