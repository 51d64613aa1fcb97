using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;
using RateLimited.Http.Tests.Resilience;

namespace RateLimited.Http.Tests.Limits;

public sealed class ExhaustionTests
{
    private const long Hour = TimeSpan.TicksPerHour;

    [Fact]
    public void Until_the_quota_returns_one_goes_at_a_time_at_intervals_and_then_everybody()
    {
        var used = default(Exhaustion);
        used.Begin(now: 0, sentAt: 0, wait: 20 * Hour, interval: Hour);
        used.OpensAt.ShouldBe(Hour);

        for (var hour = 1; hour < 20; hour++)
        {
            used.WentAt((hour * Hour) - 1).ShouldBeFalse();
            used.OpensAt.ShouldBe(hour * Hour);
            used.WentAt(hour * Hour).ShouldBeFalse();
            used.OpensAt.ShouldBe((hour * Hour) + TimeSpan.TicksPerMinute, "the others wait for the answer of the one");
            used.Begin(hour * Hour, sentAt: hour * Hour, wait: (20 - hour) * Hour, interval: Hour);
        }

        used.WentAt((20 * Hour) - 1).ShouldBeFalse();
        used.WentAt(20 * Hour).ShouldBeTrue();
        (used.IsHeld, used.OpensAt).ShouldBe((false, 0));
    }

    [Fact]
    public void A_success_ends_it_but_not_one_that_was_under_way_before()
    {
        var used = default(Exhaustion);
        used.Begin(now: 10, sentAt: 5, wait: 20 * Hour, interval: Hour);

        used.SucceededAt(9).ShouldBeFalse();
        used.SucceededAt(10).ShouldBeTrue();
        used.SucceededAt(11).ShouldBeFalse("it has ended");
    }

    [Fact]
    public void What_was_under_way_together_says_nothing_new()
    {
        var used = default(Exhaustion);
        used.Begin(now: 10, sentAt: 0, wait: 20 * Hour, interval: Hour);
        used.Begin(now: 10 + Hour, sentAt: 9, wait: 40 * Hour, interval: Hour);

        used.OpensAt.ShouldBe(10 + Hour);
    }

    [Fact]
    public void Whatever_is_said_nobody_waits_longer_than_an_interval_and_a_minute_for_somebody_to_find_out()
    {
        var cases =
            from interval in Draws.Ticks(1, Hour)
            from steps in (
                from kind in Gen.Choose(0, 2)
                from after in Draws.Ticks(0, 2 * Hour)
                from wait in Draws.Ticks(0, 1000 * Hour)
                from age in Draws.Ticks(0, 3 * Hour)
                select (Kind: kind, After: after, Wait: wait, Age: age)).ListOf()
            select (interval, steps);

        Holds.For(cases, static drawn =>
        {
            var used = default(Exhaustion);
            var now = 0L;
            foreach (var step in drawn.steps)
            {
                now += step.After;
                switch (step.Kind)
                {
                    case 0:
                        used.Begin(now, now - step.Age, step.Wait, drawn.interval);
                        break;
                    case 1 when now >= used.OpensAt:
                        used.WentAt(now);
                        break;
                    default:
                        used.SucceededAt(now - step.Age);
                        break;
                }

                used.OpensAt.ShouldBeLessThanOrEqualTo(now + Math.Max(drawn.interval, TimeSpan.TicksPerMinute));
                (used.OpensAt > 0).ShouldBe(used.IsHeld);
            }
        });
    }
}
