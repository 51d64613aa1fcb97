using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>What the coarse clock relies on: where a cost is said to go throughout a stretch of time, it makes no difference when in it.</summary>
public sealed class ThroughoutTests
{
    [Theory]
    [InlineData(nameof(Kind.Sliding), 0)]
    [InlineData(nameof(Kind.Bucket), 5)]
    [InlineData(nameof(Kind.Aligned), 5)]
    [InlineData(nameof(Kind.Midnight), 5)]
    [InlineData(nameof(Kind.FirstUse), 5)]
    [InlineData(nameof(Kind.Announced), 5)]
    [InlineData(nameof(Kind.Concurrency), 5)]
    public void Whenever_in_the_stretch_it_goes_the_decision_and_the_state_are_the_same(string kindName, int seenPercent)
    {
        var (kind, seen) = (Enum.Parse<Kind>(kindName), 0);
        Holds.For(Scenarios.Any, scenario =>
        {
            var (step, rule) = (scenario.Steps[0], Rules.Of(kind, scenario));
            var stretch = Amounts.Scaled(step.RawLease, 0, scenario.Window);
            var cost = step.Cost(rule.Capacity);
            var first = Twin(rule, scenario);
            var (from, to) = (first.At, first.Now + stretch);
            if (!rule.AdmitsThroughout(first.State, from, to, cost))
            {
                return;
            }

            seen++;
            cost.ShouldBeLessThanOrEqualTo(rule.Capacity);
            var results = new[] { 0, stretch / 2, stretch }.Select(late => After(Twin(rule, scenario), late, cost, to)).ToList();
            results[1].ShouldBe(results[0]);
            results[2].ShouldBe(results[0]);
        });
        (100 * seen).ShouldBeGreaterThanOrEqualTo(seenPercent * Holds.Usual);
    }

    [Fact]
    public void A_bucket_in_debt_says_so_up_to_its_last_token() => Holds.For(Scenarios.Small, static scenario =>
    {
        var bucket = new TokenBucket(scenario.Quota, scenario.Window, 2 + scenario.Quota);
        var (state, at) = (default(LimitState), new Moment(scenario.Start));
        bucket.AdmitsThroughout(state, at, at.Now + 1, 1).ShouldBeFalse();
        bucket.Charge(ref state, at, 1);
        for (var taken = 1; taken < bucket.Burst; taken++)
        {
            var full = state.Mark;
            bucket.AdmitsThroughout(state, at, full, 1).ShouldBeTrue();
            bucket.AdmitsThroughout(state, at, full + 1, 1).ShouldBeFalse();
            bucket.AdmitsThroughout(state, at, full, bucket.Burst - taken).ShouldBeTrue();
            bucket.AdmitsThroughout(state, at, full, bucket.Burst - taken + 1).ShouldBeFalse();
            bucket.Charge(ref state, at, 1);
        }

        bucket.AdmitsThroughout(state, at, at.Now, 1).ShouldBeFalse();
    });

    [Fact]
    public void A_window_says_so_up_to_where_charges_are_late() => Holds.For(Rules.With(Scenarios.Small, Kind.Aligned, Kind.FirstUse), static drawn =>
    {
        var rule = Rules.Of(drawn.Kind, drawn.Scenario);
        var (state, at) = (default(LimitState), new Moment(drawn.Scenario.Start, Scenario.Wall, drawn.Scenario.Guard));
        rule.AdmitsThroughout(state, at, at.Now, 1).ShouldBeFalse();
        rule.Charge(ref state, at, 1);
        var late = state.Mark - ((drawn.Kind == Kind.FirstUse ? 2 : 1) * at.Guard);

        rule.AdmitsThroughout(state, at, late, rule.Quota - 1).ShouldBeFalse();
        rule.AdmitsThroughout(state, at, late - 1, rule.Quota).ShouldBeFalse();
        rule.AdmitsThroughout(state, at, late - 1, rule.Quota - 1).ShouldBeTrue();
    });

    [Fact]
    public void Concurrency_says_so_while_there_is_room() => Holds.For(Scenarios.Any, static scenario =>
    {
        var (rule, state, at) = (new Concurrency(scenario.Quota), default(LimitState), new Moment(scenario.Start));
        var held = scenario.Steps[0].Cost(scenario.Quota);
        rule.Charge(ref state, at, held);

        rule.AdmitsThroughout(state, at, long.MaxValue, scenario.Quota - held).ShouldBeTrue();
        rule.AdmitsThroughout(state, at, at.Now, scenario.Quota - held + 1).ShouldBeFalse();
    });

    private static Drive Twin(LimitRule rule, Scenario scenario)
    {
        var drive = new Drive(rule, scenario);
        drive.Run();
        return drive;
    }

    private static (long Mark, long Count, string Told) After(Drive drive, long late, long cost, long to)
    {
        drive.Now += late;
        drive.Rule.Earliest(ref drive.State, drive.At, cost).ShouldBe(drive.Now);
        var receipt = drive.Rule.Charge(ref drive.State, drive.At, cost);
        var (mark, count) = (drive.State.Mark, drive.State.Count);
        drive.Now = to;
        var told = new List<long> { receipt, drive.Rule.Used(ref drive.State, drive.At), drive.Rule.FreshAt(drive.State, drive.At) };
        long[] costs = [1, Math.Max(drive.Rule.Capacity / 3, 1), drive.Rule.Capacity];
        told.AddRange(costs.Select(next => drive.Rule.Earliest(ref drive.State, drive.At, next)));
        drive.Rule.GiveBack(ref drive.State, drive.At, receipt, cost);
        told.Add(drive.Rule.Used(ref drive.State, drive.At));
        return (mark, count, string.Join(' ', told));
    }
}
