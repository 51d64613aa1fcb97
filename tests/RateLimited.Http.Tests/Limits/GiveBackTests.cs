using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>What is given back makes room again, where that is safe, and never more than was taken. Its safety is a matter of the envelopes.</summary>
public sealed class GiveBackTests
{
    [Fact]
    public void What_is_given_back_at_once_leaves_everything_as_it_was() => Holds.For(Rules.With(Scenarios.Any, [.. Rules.All, Kind.Paced, Kind.PacedMidnight]), static drawn =>
    {
        var (kind, scenario) = (drawn.Kind, drawn.Scenario with { Guard = drawn.Kind == Kind.Bucket ? 0 : drawn.Scenario.Guard });
        var rule = Rules.Of(kind, scenario);
        var drive = new Drive(rule, scenario);
        drive.Run();
        var before = Told(drive);
        var used = rule.Used(ref drive.State, drive.At);
        var cost = scenario.Steps[0].Cost(rule.Capacity);

        var receipt = rule.Charge(ref drive.State, drive.At, cost);
        rule.Used(ref drive.State, drive.At).ShouldBeGreaterThan(used);
        rule.GiveBack(ref drive.State, drive.At, receipt, cost);

        // Of a bucket whole ticks are given back; charges of a sliding window that are close together stay so.
        var slack = kind switch
        {
            Kind.Bucket => 1,
            Kind.Sliding => (scenario.Window / ChargeLog.Resolution) + 1 + (scenario.Guard >> 5),
            _ => 0,
        };
        foreach (var (then, now) in before.Zip(Told(drive)))
        {
            now.ShouldBeInRange(then, then == LimitRule.Never ? then : then + slack);
        }

        if (kind != Kind.Bucket)
        {
            rule.Used(ref drive.State, drive.At).ShouldBe(used);
        }
    });

    [Fact]
    public void What_is_given_back_in_parts_makes_room_for_as_much() => Holds.For(Rules.With(Scenarios.Any, Kind.Sliding, Kind.Aligned, Kind.Midnight, Kind.Concurrency), static drawn =>
    {
        var scenario = drawn.Scenario;
        var rule = Rules.Of(drawn.Kind, scenario);
        var (state, at) = (default(LimitState), new Moment(scenario.Start, Scenario.Wall));
        var receipt = rule.Charge(ref state, at, scenario.Quota);
        var given = scenario.Steps[0].Cost(scenario.Quota);

        rule.GiveBack(ref state, at, receipt, given);

        rule.Used(ref state, at).ShouldBe(scenario.Quota - given);
        rule.Earliest(ref state, at, given).ShouldBe(at.Now);
        rule.Charge(ref state, at, given);
        rule.Earliest(ref state, at, 1).ShouldBeGreaterThan(at.Now);
    });

    [Fact]
    public void A_bucket_gets_back_what_it_still_owes_to_the_tick() => Holds.For(Scenarios.Any, static scenario =>
    {
        var bucket = new TokenBucket(scenario.Quota, scenario.Window, scenario.Burst);
        var (state, at) = (default(LimitState), new Moment(scenario.Start));
        bucket.Charge(ref state, at, bucket.Burst);
        var owed = bucket.FreshAt(state, at) - at.Now;
        at = at with { Now = at.Now + (owed / 3) };
        var cost = scenario.Steps[0].Cost(bucket.Burst);
        var before = bucket.FreshAt(state, at);
        var receipt = bucket.Charge(ref state, at, cost);

        bucket.GiveBack(ref state, at, receipt, cost);

        bucket.FreshAt(state, at).ShouldBeInRange(before, before + 1);
    });

    [Fact]
    public void More_given_back_than_was_taken_takes_nothing_below_zero() => Holds.For(Rules.With(Scenarios.Any, Rules.All), static drawn =>
    {
        var rule = Rules.Of(drawn.Kind, drawn.Scenario);
        var guard = drawn.Kind == Kind.Bucket ? 0 : drawn.Scenario.Guard;
        var (state, at) = (default(LimitState), new Moment(drawn.Scenario.Start, Scenario.Wall, guard));
        var receipt = rule.Charge(ref state, at, 1);

        foreach (var amount in (ReadOnlySpan<long>)[1, drawn.Scenario.Quota, long.MaxValue])
        {
            rule.GiveBack(ref state, at, receipt, amount);
            rule.Used(ref state, at).ShouldBeInRange(0, 1);
        }

        rule.Charge(ref state, at, rule.Capacity);
        rule.Used(ref state, at).ShouldBeGreaterThanOrEqualTo(rule.Capacity);
    });

    [Fact]
    public void Once_fresh_a_limit_is_as_if_never_used() => Holds.For(Rules.With(Scenarios.Any, Rules.Timed), static drawn =>
    {
        var scenario = drawn.Scenario;
        var rule = Rules.Of(drawn.Kind, scenario);
        var drive = new Drive(rule, scenario);
        drive.Run();
        var fresh = rule.FreshAt(drive.State, drive.At);
        if (fresh > long.MaxValue / 4)
        {
            return;
        }

        drive.Now = Math.Max(drive.Now, fresh) + (scenario.Steps[0].RawPause % 2);
        var unused = default(LimitState);
        rule.FreshAt(unused, drive.At).ShouldBe(0);
        var costs = new[] { 1, scenario.Steps[0].Cost(rule.Capacity), rule.Capacity };
        foreach (var cost in costs)
        {
            rule.Earliest(ref drive.State, drive.At, cost).ShouldBe(drive.Now);
        }

        rule.Used(ref drive.State, drive.At).ShouldBe(0);

        // Old receipts are worth nothing any more, and cost nothing; save in a bucket, which remembers no past to charge.
        foreach (var entry in drive.Ledger.Sends)
        {
            rule.GiveBack(ref drive.State, drive.At, entry.Receipt, entry.Cost);
            if (drawn.Kind != Kind.Bucket)
            {
                rule.ChargeMore(ref drive.State, drive.At, entry.Receipt, entry.Cost);
            }
        }

        rule.Charge(ref drive.State, drive.At, costs[1]);
        rule.Charge(ref unused, drive.At, costs[1]);
        foreach (var cost in costs)
        {
            rule.Earliest(ref drive.State, drive.At, cost).ShouldBe(rule.Earliest(ref unused, drive.At, cost));
        }
    });

    [Fact]
    public void Fresh_is_when_all_of_the_capacity_may_go() => Holds.For(Rules.With(Scenarios.Any, Rules.Timed), static drawn =>
    {
        var rule = Rules.Of(drawn.Kind, drawn.Scenario);
        var drive = new Drive(rule, drawn.Scenario) { CanGiveBack = false };
        drive.Run();

        if (rule.Used(ref drive.State, drive.At) > 0)
        {
            rule.Earliest(ref drive.State, drive.At, rule.Capacity).ShouldBe(Math.Max(rule.FreshAt(drive.State, drive.At), drive.Now));
        }
    });

    [Fact]
    public void Old_receipts_change_nothing_in_a_window_they_are_not_of() => Holds.For(Rules.With(Scenarios.Small, Kind.Sliding, Kind.Aligned, Kind.FirstUse, Kind.Announced), static drawn =>
    {
        var scenario = drawn.Scenario;
        var rule = Rules.Of(drawn.Kind, scenario);
        var drive = new Drive(rule, scenario);
        drive.Run();
        drive.Now += 2 * (scenario.Window + scenario.Guard);
        rule.Charge(ref drive.State, drive.At, scenario.Quota);
        var told = Told(drive);

        foreach (var entry in drive.Ledger.Sends)
        {
            rule.GiveBack(ref drive.State, drive.At, entry.Receipt, entry.Cost);
            rule.ChargeMore(ref drive.State, drive.At, entry.Receipt, scenario.Quota);
        }

        rule.Used(ref drive.State, drive.At).ShouldBe(scenario.Quota);
        Told(drive).ShouldBe(told);
    });

    private static long[] Told(Drive drive)
    {
        long[] costs = [1, Math.Max(drive.Rule.Capacity / 3, 1), drive.Rule.Capacity];
        return [.. costs.Select(cost => drive.Rule.Earliest(ref drive.State, drive.At, cost))];
    }
}
