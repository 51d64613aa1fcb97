using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Admission.Sharing;

/// <summary>What is held here: conserved, let go neither before its time nor much after it, and never released once others have it.</summary>
public sealed class HeldLeasesTests
{
    private const long Longest = 800;

    [Fact]
    public void Whatever_happens_what_is_held_is_what_was_begun_less_what_was_released_lost_and_let_go()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), static seed =>
        {
            var dice = new Random(seed);
            var leases = new HeldLeases();
            List<(long Receipt, long Amount, long Since)> held = [];
            var now = 0L;
            for (var step = 0; step < 200; step++)
            {
                now += dice.Next(0, 120);
                switch (dice.Next(8))
                {
                    case < 4:
                        var amount = dice.Next(1, 4);
                        held.Add((leases.Hold(now, amount, Longest), amount, now));
                        break;
                    case < 6 when held.Count > 0:
                        var index = dice.Next(held.Count);
                        leases.Release(held[index].Receipt, held[index].Amount).ShouldBeTrue();
                        held.RemoveAt(index);
                        break;
                    case 6:
                        var gone = leases.LetGo(now, []);
                        var late = held.Where(lease => now - lease.Since >= Longest + (Longest / 8)).ToList();
                        var open = held.Where(lease => now - lease.Since < Longest).ToList();
                        gone.ShouldBeInRange(late.Sum(static lease => lease.Amount), held.Sum(static lease => lease.Amount) - open.Sum(static lease => lease.Amount));
                        held.RemoveAll(lease => leases.LostOf(lease.Receipt).IsCancellationRequested);
                        break;
                    case 7 when dice.Next(10) == 0:
                        leases.Lose([]);
                        held.ForEach(lease => leases.Release(lease.Receipt, lease.Amount).ShouldBeFalse());
                        held.Clear();
                        break;
                    default:
                        break;
                }

                leases.Count.ShouldBe(held.Sum(static lease => lease.Amount));
                (leases.EndsAt == LimitRule.Never).ShouldBe(held.Count == 0);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Who_wants_to_know_is_told_when_what_he_holds_is_let_go()
    {
        var leases = new HeldLeases();
        var (early, late) = (leases.Hold(now: 0, 1, Longest), leases.Hold(now: 400, 1, Longest));
        var (first, second) = (leases.LostOf(early), leases.LostOf(late));
        var told = new List<CancellationTokenSource>();

        leases.EndsAt.ShouldBe(900);
        leases.LetGo(899, told).ShouldBe(0);
        leases.LetGo(900, told).ShouldBe(1);
        told.ForEach(static lost => lost.Cancel());

        (first.IsCancellationRequested, second.IsCancellationRequested).ShouldBe((true, false));
        leases.LostOf(early).IsCancellationRequested.ShouldBeTrue();
        leases.Release(early, 1).ShouldBeFalse();
        leases.Count.ShouldBe(1);
    }

    [Fact]
    public void Without_a_longest_hold_all_is_held_for_ever_in_constant_room()
    {
        var leases = new HeldLeases();
        var receipt = leases.Hold(now: 0, 1, LimitRule.Never);

        leases.Hold(TimeSpan.FromDays(3650).Ticks, 1, LimitRule.Never).ShouldBe(receipt);
        leases.EndsAt.ShouldBe(LimitRule.Never);
        leases.LetGo(long.MaxValue - 1, []).ShouldBe(0);
    }
}
