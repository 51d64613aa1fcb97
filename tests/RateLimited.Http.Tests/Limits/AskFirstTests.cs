using FsCheck.Fluent;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>One asks, and the rest go after a while: dropping the limit when the answer comes is its owner's affair.</summary>
public sealed class AskFirstTests
{
    private const long Patience = 1_000;

    private readonly AskFirst _rule = new(Patience);
    private LimitState _state;

    [Fact]
    public void One_asks_and_whoever_comes_then_goes_exactly_when_told()
    {
        _rule.Earliest(ref _state, At(7), 5).ShouldBe(7);
        _rule.FreshAt(_state, At(7)).ShouldBe(0);
        _rule.Charge(ref _state, At(7), 5).ShouldBe(0);
        _rule.Used(ref _state, At(8)).ShouldBe(5);

        _rule.Earliest(ref _state, At(8), 1).ShouldBe(7 + Patience);
        _rule.Project(ref _state, At(8), 100).ShouldBe(7 + Patience);
        _rule.Earliest(ref _state, At(6 + Patience), 1).ShouldBe(7 + Patience);
        _rule.Earliest(ref _state, At(7 + Patience), 1_000_000).ShouldBe(7 + Patience);
        _rule.Used(ref _state, At(7 + Patience)).ShouldBe(0);
        _rule.FreshAt(_state, At(8)).ShouldBe(7 + Patience);
    }

    [Fact]
    public void What_never_left_asks_nothing_and_the_next_one_does()
    {
        _rule.Charge(ref _state, At(7), 1);
        _rule.GiveBack(ref _state, At(9), 0, 1);

        _rule.Earliest(ref _state, At(10), 1).ShouldBe(10);
        _rule.Charge(ref _state, At(10), 1);
        _rule.Earliest(ref _state, At(11), 1).ShouldBe(10 + Patience);
    }

    [Fact]
    public void What_is_given_back_when_all_may_go_asks_nothing_anew()
    {
        _rule.Charge(ref _state, At(7), 1);
        _rule.GiveBack(ref _state, At(7 + Patience), 0, 1);
        _rule.Charge(ref _state, At(8 + Patience), 1);

        _rule.Earliest(ref _state, At(9 + Patience), 1).ShouldBe(9 + Patience);
    }

    [Fact]
    public void A_reload_asks_nobody_again_and_lets_nobody_wait_longer_than_is_said_now()
    {
        _rule.Charge(ref _state, At(7), 1);
        new AskFirst(10 * Patience).Adopt(ref _state, _rule, At(8));
        _rule.Earliest(ref _state, At(8), 1).ShouldBe(7 + Patience);

        new AskFirst(5).Adopt(ref _state, _rule, At(9));
        _rule.Earliest(ref _state, At(9), 1).ShouldBe(14);
    }

    [Fact]
    public void However_requests_come_at_most_one_is_under_way_until_patience_ends_and_nobody_waits_longer() => Holds.For(
        from patience in Amounts.Between(1, TimeSpan.TicksPerSecond)
        from steps in Gen.Choose(0, int.MaxValue - 1).ArrayOf(60)
        select (patience, steps),
        static drawn =>
        {
            var rule = new AskFirst(drawn.patience);
            var state = default(LimitState);
            var (now, gone, asked) = (1L, 0L, 0L);
            foreach (var step in drawn.steps)
            {
                now += (step % 5) switch { 0 => 0, 1 => 1, 2 => drawn.patience / 3, 3 => asked > 0 ? Math.Max(asked + drawn.patience - now, 0) : 0, _ => drawn.patience };
                var earliest = rule.Earliest(ref state, At(now), 1 + (step % 9));
                earliest.ShouldBeGreaterThanOrEqualTo(now);
                var isOpen = asked > 0 && now >= asked + drawn.patience;
                earliest.ShouldBe(gone == 0 || isOpen ? now : asked + drawn.patience);
                if (earliest == now && step % 3 > 0)
                {
                    rule.Charge(ref state, At(now), 1);
                    (gone, asked) = (gone + 1, asked == 0 ? now : asked);
                }
                else if (gone > 0 && step % 7 == 0)
                {
                    rule.GiveBack(ref state, At(now), 0, 1);
                    gone--;
                    asked = gone == 0 && !isOpen ? 0 : asked;
                }
            }
        },
        share: 4);

    private static Moment At(long now) => new(now);
}
