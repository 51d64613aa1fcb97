using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Admission.Sharing;

/// <summary>What is lent out of blocks and comes back.</summary>
public sealed class LendingTests
{
    private const long Validity = 100;

    private enum Step
    {
        Grant,
        Spend,
        Lend,
        TakeBack,
    }

    [Fact]
    public void What_comes_back_is_there_as_it_was()
    {
        var balance = Granted((10, 1), (20, 2), (30, 3));
        var first = balance.Lend(now: 5, 10);
        var second = balance.Lend(now: 5, 7);

        balance.TakeBack(second, 4);
        balance.TakeBack(first, 10);

        balance.Held.ShouldBe(57);
        Ended(balance).ShouldBe([(1, 10), (2, 17), (3, 30)]);
    }

    [Fact]
    public void What_has_to_be_counted_anew_is_not_lent()
    {
        var balance = Granted((10, 1));

        balance.Lendable(Validity, cost: 1, parts: 1).ShouldBe(10);
        balance.Lendable(Validity + 1, cost: 1, parts: 1).ShouldBe(0);
    }

    [Fact]
    public void What_is_lent_at_once_is_of_one_block_and_a_part_of_what_is_held()
    {
        var balance = Granted((10, 1), (1000, 2));

        balance.Lendable(now: 0, cost: 3, parts: 1).ShouldBe(3);
        balance.Lendable(now: 0, cost: 3, parts: 101).ShouldBe(3);
        balance.Lendable(now: 0, cost: 3, parts: 200).ShouldBe(1);
    }

    [Fact]
    public void Nothing_is_lost_or_made_by_lending()
    {
        var steps = from kind in Gen.Elements(Enum.GetValues<Step>()) from size in Gen.Choose(1, 50) select (kind, size);

        Holds.For(steps.ListOf().Resize(40), static history =>
        {
            var balance = Granted();
            var lent = new Queue<PrepaidBlock>();
            var (receipts, granted, spent) = (0L, 0L, 0L);
            foreach (var (kind, size) in history)
            {
                switch (kind)
                {
                    case Step.Grant:
                        receipts++;
                        balance.Grant(size, receipts, receipts + Validity, receipts + Validity);
                        granted += size;
                        break;
                    case Step.Spend:
                        balance.Spend(now: 0, Math.Min(size, balance.Held), out var lacking);
                        spent += Math.Min(size, granted - spent - lent.Sum(static each => each.Amount));
                        lacking.ShouldBe(0);
                        break;
                    case Step.Lend when balance.Lendable(now: 0, cost: 1, parts: 1) is > 0 and var lendable:
                        lent.Enqueue(balance.Lend(now: 0, Math.Min(size, lendable)));
                        break;
                    case Step.TakeBack when lent.TryDequeue(out var back):
                        spent += Math.Max(back.Amount - size, 0);
                        balance.TakeBack(back, Math.Min(back.Amount, size));
                        break;
                }

                balance.Held.ShouldBe(granted - spent - lent.Sum(static each => each.Amount));
                balance.EndsAt.ShouldBeLessThanOrEqualTo(balance.Held > 0 ? receipts + Validity : LimitRule.Never);
            }

            foreach (var back in lent)
            {
                balance.TakeBack(back, back.Amount);
            }

            Ended(balance).Sum(static each => each.Amount).ShouldBe(granted - spent);
            balance.Held.ShouldBe(0);
        });
    }

    private static SharedBalance Granted(params (long Amount, long Receipt)[] blocks)
    {
        var limit = new BoundLimit(new LimitDefinition("l", UnitCost.Requests, new TokenBucket(1000, 1000, 1000)), LimitScope.Service, string.Empty, new PartitionBounds(1, 0), new InProcessStore(TimeProvider.System, []));
        var balance = new SharedBalance(limit.Only!);
        foreach (var (amount, receipt) in blocks)
        {
            balance.Grant(amount, receipt, receipt + Validity, receipt + Validity);
        }

        return balance;
    }

    /// <summary>All that is held when all has ended, oldest first.</summary>
    private static List<(long Receipt, long Amount)> Ended(SharedBalance balance)
    {
        var ended = new List<(long, long)>();
        while (balance.TryTakeEnded(LimitRule.Never - 1, out var amount, out var receipt))
        {
            ended.Add((receipt, amount));
        }

        return ended;
    }
}
