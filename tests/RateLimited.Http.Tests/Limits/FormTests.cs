using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Admission.Persistence;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>What is known of a limit after its process: a state that was taken down and put in place again on another clock decides as the one that went on.</summary>
public sealed class FormTests
{
    private static readonly Arbitrary<(Kind Kind, Scenario Scenario, Step[] After, long Later)> Restarts = Arb.From(
        from drawn in Rules.With(Scenarios.Any, [.. Rules.Timed, .. Rules.Paced]).Generator
        from after in Scenarios.Any.Generator
        from later in Amounts.Between(0, Keeper.Age / 2)
        from isEarlier in Gen.Elements(true, false)
        select (drawn.Kind, drawn.Scenario with { Start = drawn.Scenario.Start + Keeper.Age }, after.Steps, isEarlier ? -later : later));

    private const long EndOfTime = LimitRule.Never / 8;

    [Fact]
    public void A_state_that_is_read_on_another_clock_decides_as_the_one_that_was_written() => Holds.For(Restarts, static restart =>
    {
        var first = new Drive(Rules.Of(restart.Kind, restart.Scenario), restart.Scenario);
        foreach (var step in restart.Scenario.Steps)
        {
            first.Take(step);
        }

        // A past of more than the clock's age is too old to count, but is not the same tick any more.
        var later = Math.Max(restart.Later, -(restart.Scenario.Start / 2));
        var going = new Drive(first.Rule, restart.Scenario) { Now = first.Now, Wall = first.Wall };
        var again = new Drive(first.Rule, restart.Scenario) { Now = first.Now + later, Wall = first.Wall - later };
        again.State = Read(first.Rule, Written(first.Rule, ref first.State), later);
        going.State = first.State;

        ShouldDecideAlike(going, again, later);
        foreach (var step in restart.After)
        {
            going.Take(step);
            again.Take(step);
            ShouldDecideAlike(going, again, later);
        }

        again.Ledger.Sends.Select(send => (send.Instant - later, send.Amount)).ShouldBe(going.Ledger.Sends.Select(static send => (send.Instant, send.Amount)));
    }, share: 5);

    [Fact]
    public void What_was_learned_of_a_rate_is_read_as_it_was_written() => ShouldBeReadAsWritten(new AdaptiveRate(1_000, TimeSpan.TicksPerSecond, 100));

    [Fact]
    public void What_was_learned_of_a_capacity_is_read_as_it_was_written() => ShouldBeReadAsWritten(new AdaptiveConcurrency(200, 1, 20));

    [Fact]
    public void What_an_endpoint_waits_for_is_read_as_it_was_written() => Holds.For(Gen.Choose(1, 1_000_000).Three(), static drawn =>
    {
        var (state, rule, now) = (default(LimitState), new CoolDown(), Keeper.Age);
        CoolDown.Pause(ref state, now, drawn.Item1 * TimeSpan.TicksPerSecond);
        if (drawn.Item2 % 2 == 0)
        {
            CoolDown.Exhaust(ref state, now, now, drawn.Item2 * TimeSpan.TicksPerSecond, drawn.Item3 * TimeSpan.TicksPerSecond);
        }

        var again = Read(rule, Written(rule, ref state), drawn.Item3);

        rule.Earliest(ref again, new Moment(now + drawn.Item3), 1).ShouldBe(rule.Earliest(ref state, new Moment(now), 1) + drawn.Item3);
    });

    [Fact]
    public void What_was_under_way_when_its_process_ended_is_taken_for_used()
    {
        var rule = new ReportedLimit("requests", UnitCost.Requests, namedWindow: 0, TimeSpan.TicksPerHour, isKept: true);
        var (state, at) = (default(LimitState), new Moment(Keeper.Age));
        var receipt = rule.Charge(ref state, at, 1);
        rule.Hear(ref state, at, new QuotaReport { Unit = UnitCost.Requests, Limit = 100, Remaining = 40, ResetAfter = TimeSpan.TicksPerMinute }, receipt, 1, 0);
        for (var i = 0; i < 15; i++)
        {
            rule.Charge(ref state, at, 1);
        }

        var again = Read(rule, Written(rule, ref state), later: 7);

        var then = new Moment(Keeper.Age + 7);
        rule.Used(ref again, then).ShouldBe(75);
        rule.Earliest(ref again, then, 25).ShouldBe(then.Now);
        rule.Earliest(ref again, then, 26).ShouldBe(then.Now + TimeSpan.TicksPerMinute);
    }

    [Fact]
    public void What_is_held_ends_with_its_process_and_what_was_learned_does_not()
    {
        var rule = new AdaptiveConcurrency(200, 1, 20);
        var (state, at) = (default(LimitState), new Moment(Keeper.Age));
        rule.Charge(ref state, at, 20);
        rule.Learn(ref state, at with { Now = at.Now + 100 }, new AnswerOutcome(AnswerKind.Throttled, at.Now));
        var learned = rule.Present(ref state, at);

        var again = Read(rule, Written(rule, ref state), later: 0);

        learned.ShouldBe(18);
        rule.Used(ref again, at).ShouldBe(0);
        rule.Present(ref again, at).ShouldBe(learned);
    }

    [Fact]
    public void What_was_left_to_others_is_left_to_them_by_whoever_comes_after()
    {
        var rule = new ReportedLimit("requests", UnitCost.Requests, namedWindow: 0, TimeSpan.TicksPerHour, isKept: true);
        var (state, now) = (default(LimitState), Keeper.Age);
        for (var remaining = 800; remaining >= 200; remaining -= 200)
        {
            HearOfRefusal(rule, ref state, now += TimeSpan.TicksPerSecond, remaining);
        }

        var written = Written(rule, ref state);
        var again = Read(rule, written, later: 0);

        Written(rule, ref again).ShouldBe(written);
        HearOfRefusal(rule, ref state, now + TimeSpan.TicksPerSecond, 200);
        HearOfRefusal(rule, ref again, now + TimeSpan.TicksPerSecond, 200);
        rule.Used(ref again, new Moment(now + TimeSpan.TicksPerSecond)).ShouldBe(rule.Used(ref state, new Moment(now + TimeSpan.TicksPerSecond)));
        rule.Used(ref state, new Moment(now + TimeSpan.TicksPerSecond)).ShouldBeGreaterThan(800, "others have some of what is left");
    }

    [Fact]
    public void What_an_upstream_took_for_invalid_counts_after_the_process_and_what_was_under_way_does_not()
    {
        var rule = new InvalidRequests(3, TimeSpan.TicksPerMinute);
        var (state, now) = (default(LimitState), Keeper.Age);
        for (var i = 0; i < 3; i++)
        {
            rule.Charge(ref state, new Moment(now), 1);
        }

        rule.Learn(ref state, new Moment(now), new AnswerOutcome(AnswerKind.Faulted, now) { IsInvalid = true });
        rule.Learn(ref state, new Moment(now), new AnswerOutcome(AnswerKind.Faulted, now) { IsInvalid = true });

        var again = Read(rule, Written(rule, ref state), later: 9);

        rule.Used(ref state, new Moment(now)).ShouldBe(3);
        rule.Used(ref again, new Moment(now + 9)).ShouldBe(2);
        rule.Used(ref again, new Moment(now + 8 + TimeSpan.TicksPerMinute)).ShouldBe(2);
        rule.Used(ref again, new Moment(now + 9 + TimeSpan.TicksPerMinute)).ShouldBe(0);
    }

    [Fact]
    public void A_window_that_was_only_bounded_is_bounded_closer_by_whoever_comes_after()
    {
        var rule = new ReportedLimit("requests", UnitCost.Requests, namedWindow: 0, TimeSpan.TicksPerHour, isKept: true);
        var (state, at) = (default(LimitState), new Moment(Keeper.Age));
        var report = new QuotaReport { Unit = UnitCost.Requests, Limit = 25, Remaining = 24, ResetAfter = 0, Precision = TimeSpan.TicksPerSecond, Refills = true };
        rule.Hear(ref state, at, report, rule.Charge(ref state, at, 1), 1, 0);

        // One of twenty-five comes back within a second or two.
        var again = Read(rule, Written(rule, ref state), later: 0);
        Told(again).Window.ShouldBe(50 * TimeSpan.TicksPerSecond);

        rule.Hear(ref again, at, report with { Remaining = 0 }, rule.Charge(ref again, at, 1), 1, 0);
        Told(again).Window.ShouldBeLessThan(2 * TimeSpan.TicksPerSecond);

        static ReportedQuota Told(in LimitState state) => (ReportedQuota)state.Extra!;
    }

    private static void HearOfRefusal(ReportedLimit rule, ref LimitState state, long now, long remaining)
    {
        var receipt = rule.Charge(ref state, new Moment(now), 1);
        rule.Hear(ref state, new Moment(now), new QuotaReport { Unit = UnitCost.Requests, Limit = 1_000, Window = TimeSpan.TicksPerMinute, Remaining = remaining, Refills = true, IsOfRefusal = true }, receipt, 1, 0);
    }

    private static void ShouldBeReadAsWritten(LimitRule rule) => Holds.For(Gen.Choose(0, int.MaxValue - 1).ArrayOf(80), raws =>
    {
        var (state, now) = (default(LimitState), Keeper.Age);
        foreach (var raw in raws)
        {
            var sentAt = now;
            rule.Charge(ref state, new Moment(now), 1 + (raw % 3));
            now += raw % TimeSpan.TicksPerSecond;
            rule.Learn(ref state, new Moment(now), new AnswerOutcome((AnswerKind)(raw % 4), sentAt));
            rule.GiveBack(ref state, new Moment(now), 0, 1 + (raw % 3));
        }

        var written = Written(rule, ref state);
        var again = Read(rule, written, later: 0);

        Written(rule, ref again).ShouldBe(written);
        rule.Present(ref again, new Moment(now)).ShouldBe(rule.Present(ref state, new Moment(now)));
    }, share: 50);

    private static void ShouldDecideAlike(Drive going, Drive again, long later)
    {
        again.Now.ShouldBe(going.Now + later);
        foreach (var cost in (long[])[1, going.Rule.Capacity / 2, going.Rule.Capacity])
        {
            var expected = going.Rule.Earliest(ref going.State, going.At, cost);
            var actual = again.Rule.Earliest(ref again.State, again.At, cost);

            // Thousands of years ahead the range of a long ends, and no shift with it.
            actual.ShouldBe(expected > EndOfTime ? Math.Max(actual, EndOfTime) : expected + later);
        }

        again.Rule.Used(ref again.State, again.At).ShouldBe(going.Rule.Used(ref going.State, going.At));
    }

    private static byte[] Written(LimitRule rule, ref LimitState state)
    {
        var writer = new StateWriter();
        rule.Form(ref state, writer);
        return writer.Written.ToArray();
    }

    private static LimitState Read(LimitRule rule, byte[] written, long later)
    {
        var state = default(LimitState);
        var reader = new StateReader(written, later);
        rule.Form(ref state, reader);
        reader.IsAtEnd.ShouldBeTrue();
        return state;
    }
}
