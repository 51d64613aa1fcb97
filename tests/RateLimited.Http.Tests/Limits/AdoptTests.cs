using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>A limit that changes while it counts makes no quota out of nothing and forgets nothing that still counts.</summary>
public sealed class AdoptTests
{
    private static readonly Arbitrary<(Kind From, Kind To, Scenario Scenario, Scenario Next)> Changes = Arb.From(
        from scenario in Scenarios.Any.Generator
        from next in Scenarios.Any.Generator
        from same in Gen.Choose(0, 3)
        from kinds in Gen.Elements(Rules.All).Two()
        select (kinds.Item1, kinds.Item2, scenario, scenario with { Quota = same == 1 ? scenario.Quota : next.Quota, Window = same == 0 ? scenario.Window : next.Window, Burst = next.Burst }));

    [Fact]
    public void What_was_used_stays_used() => Holds.For(Changes, static change =>
    {
        if (change is { To: Kind.Concurrency, From: not Kind.Concurrency })
        {
            return;
        }

        var (drive, next) = (Ran(change.From, change.Scenario), Rules.Of(change.To, change.Next));
        var used = drive.Rule.Used(ref drive.State, drive.At);

        next.Adopt(ref drive.State, drive.Rule, drive.At);

        // A log keeps what it remembers: a longer window sees more of it, a shorter one less.
        if (!IsBounded(next, drive) && (change is not { From: Kind.Sliding, To: Kind.Sliding } || change.Next.Window >= change.Scenario.Window))
        {
            next.Used(ref drive.State, drive.At).ShouldBeGreaterThanOrEqualTo(used);
        }
    });

    [Fact]
    public void A_change_there_and_back_never_makes_anything_go_earlier() => Holds.For(Changes, static change =>
    {
        if (change.From == Kind.Concurrency || change.To == Kind.Concurrency)
        {
            return;
        }

        // A guarded window from first use closes for a while before its end; one that begins anew with all that was used need not.
        var (drive, next) = (Ran(change.From, change.Scenario with { Guard = 0 }), Rules.Of(change.To, change.Next));
        var told = Told(drive, drive.Rule);

        next.Adopt(ref drive.State, drive.Rule, drive.At);
        if (IsBounded(next, drive))
        {
            return;
        }

        drive.Rule.Adopt(ref drive.State, next, drive.At);
        if (IsBounded(drive.Rule, drive))
        {
            return;
        }

        foreach (var (before, after) in told.Zip(Told(drive, drive.Rule)))
        {
            after.ShouldBeGreaterThanOrEqualTo(before);
        }
    });

    [Fact]
    public void A_change_to_the_same_figures_changes_nothing() => Holds.For(Rules.With(Scenarios.Any, Rules.All), static drawn =>
    {
        var drive = Ran(drawn.Kind, drawn.Scenario);
        var (told, used) = (Told(drive, drive.Rule), drive.Rule.Used(ref drive.State, drive.At));
        var same = Rules.Of(drawn.Kind, drawn.Scenario);

        same.Adopt(ref drive.State, drive.Rule, drive.At);

        Told(drive, same).ShouldBe(told);
        same.Used(ref drive.State, drive.At).ShouldBe(used);
    });

    [Fact]
    public void A_bucket_keeps_its_debt_in_tokens_whatever_the_rate_becomes() => Holds.For(Changes, static change =>
    {
        var drive = Ran(Kind.Bucket, change.Scenario with { Guard = 0 });
        var (bucket, next) = ((TokenBucket)drive.Rule, (TokenBucket)Rules.Of(Kind.Bucket, change.Next));
        var at = drive.At;
        var used = bucket.Used(ref drive.State, at);

        // One token less than what is used rounded up is surely owed, and that rounded up is the most.
        var (least, most) = (TimeOf(used - 1, change.Next), TimeOf(used, change.Next));
        if (used == 0 || most > long.MaxValue / 16)
        {
            return;
        }

        next.Adopt(ref drive.State, bucket, at);
        ((BigInteger)(next.FreshAt(drive.State, at) - at.Now)).ShouldBeInRange(least, most);
        next.Used(ref drive.State, at).ShouldBe(used);
    });

    [Fact]
    public void Give_backs_across_changes_of_rate_stay_within_what_is_owed() => Holds.For(Changes, static change =>
    {
        // Everything goes at once, and a third of it counts again when the rate changes; nothing that the new rate has repaid is given back.
        var (scenario, next) = (change.Scenario with { Guard = 0 }, change.Next with { Burst = change.Scenario.Burst });
        var (bucket, faster) = ((TokenBucket)Rules.Of(Kind.Bucket, scenario), (TokenBucket)Rules.Of(Kind.Bucket, next));
        var (state, at) = (default(LimitState), new Moment(scenario.Start));
        var cost = Math.Max(Math.Min(bucket.Burst, faster.Burst) / 3, 1);
        var receipt = bucket.Charge(ref state, at, cost);
        faster.Adopt(ref state, bucket, at);
        var repaid = faster.FreshAt(state, at);
        at = at with { Now = repaid };
        faster.Charge(ref state, at, cost);
        var owed = faster.FreshAt(state, at);

        faster.GiveBack(ref state, at, receipt, cost);

        faster.FreshAt(state, at).ShouldBe(owed);
    });

    [Fact]
    public void A_sliding_window_holds_through_changes_of_quota_and_shorter_windows() => Holds.For(Changes, static change =>
    {
        Drive drive = null!;
        drive = new Drive(Rules.Of(Kind.Sliding, change.Scenario), change.Scenario)
        {
            AfterStep = admitted =>
            {
                if (admitted is not null)
                {
                    (drive.Ledger.Within(drive.Rule.Window + change.Scenario.Guard) <= drive.Rule.Quota).ShouldBeTrue();
                }
            },
        };
        foreach (var step in change.Scenario.Steps)
        {
            drive.Take(step);
            if (step.RawLease % 7 == 0)
            {
                var next = new SlidingWindow(Amounts.Scaled(step.RawCost, 1, Amounts.LargestQuota), Math.Max(drive.Rule.Window - (step.RawPause % 3 * (drive.Rule.Window / 4)), Amounts.ShortestWindow));
                next.Adopt(ref drive.State, drive.Rule, drive.At);
                drive.Rule = next;
            }
        }
    });

    [Fact]
    public void A_sliding_window_that_grows_forgets_nothing_that_it_knew() => Holds.For(Scenarios.Small, static scenario =>
    {
        // As many entries as the log can hold, then a window a thousand times as long.
        var (rule, grown) = (new SlidingWindow(1000, scenario.Window), new SlidingWindow(1000, 1000 * scenario.Window));
        var (state, at) = (default(LimitState), new Moment(scenario.Start));
        var receipts = new List<long>();
        for (var i = 0; i < ChargeLog.Resolution; i++)
        {
            receipts.Add(rule.Charge(ref state, at, 1));
            at = at with { Now = at.Now + (scenario.Window / ChargeLog.Resolution) + 1 };
        }

        var known = rule.Used(ref state, at);
        grown.Adopt(ref state, rule, at);
        for (var i = 0; i < 5; i++)
        {
            at = at with { Now = at.Now + grown.Window / 20 };
            grown.Charge(ref state, at, 1);
            grown.Used(ref state, at).ShouldBe(known + i + 1);
        }

        // The newest have not waited for the oldest, and the oldest are still answered for.
        grown.FreshAt(state, at).ShouldBe(at.Now + grown.Window);
        foreach (var receipt in receipts.TakeLast((int)known))
        {
            grown.GiveBack(ref state, at, receipt, 1);
        }

        grown.Used(ref state, at).ShouldBe(5);
    });

    [Fact]
    public void A_fixed_window_counts_what_went_before_in_its_first_window() => Holds.For(Changes, static change =>
    {
        var drive = Ran(Kind.Aligned, change.Scenario);
        var (used, at) = (drive.Rule.Used(ref drive.State, drive.At), drive.At);
        var next = Rules.Of(change.To is Kind.Midnight or Kind.FirstUse ? change.To : Kind.Aligned, change.Next);
        next.Adopt(ref drive.State, drive.Rule, at);

        var room = Math.Max(next.Quota - used, 0);
        next.Earliest(ref drive.State, at, room + 1).ShouldBeGreaterThan(at.Now);
        if (at.Guard == 0 && room > 0)
        {
            next.Earliest(ref drive.State, at, room).ShouldBe(at.Now);
        }
    });

    [Fact]
    public void Held_leases_stay_held_when_the_quota_changes() => Holds.For(Changes, static change =>
    {
        var drive = Ran(Kind.Concurrency, change.Scenario);
        var (held, next) = (drive.Rule.Used(ref drive.State, drive.At), new Concurrency(change.Next.Quota));

        next.Adopt(ref drive.State, drive.Rule, drive.At);

        next.Used(ref drive.State, drive.At).ShouldBe(held);
        next.Earliest(ref drive.State, drive.At, 1).ShouldBe(held < next.Quota ? drive.Now : LimitRule.Never);
    });

    [Fact]
    public void A_concurrency_limit_that_was_something_else_holds_nothing_yet() => Holds.For(Rules.With(Scenarios.Any, Rules.Timed), static drawn =>
    {
        var drive = Ran(drawn.Kind, drawn.Scenario);
        var next = new Concurrency(drawn.Scenario.Quota);

        next.Adopt(ref drive.State, drive.Rule, drive.At);

        next.Used(ref drive.State, drive.At).ShouldBe(0);
    });

    private static Drive Ran(Kind kind, Scenario scenario)
    {
        var drive = new Drive(Rules.Of(kind, scenario), scenario);
        drive.Run();
        return drive;
    }

    /// <summary>Whether the debt is the most that a bucket can remember, what flows in in 1 800 years.</summary>
    private static bool IsBounded(LimitRule rule, Drive drive) => rule is TokenBucket && rule.FreshAt(drive.State, drive.At) - drive.Now >= long.MaxValue / 16;

    private static BigInteger TimeOf(long amount, Scenario scenario) => (((BigInteger)amount * scenario.Window) + scenario.Quota - 1) / scenario.Quota;

    private static long[] Told(Drive drive, LimitRule rule)
    {
        long[] costs = [1, Math.Max(rule.Capacity / 3, 1), rule.Capacity];
        return [.. costs.Select(cost => rule.Earliest(ref drive.State, drive.At, cost))];
    }
}
