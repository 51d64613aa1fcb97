using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Limits;

/// <summary>One, then twice as many with every round of answers, then everything.</summary>
public sealed class SlowStartTests
{
    private readonly SlowStart _rule = new();
    private LimitState _state;

    [Fact]
    public void Each_answer_lets_two_follow()
    {
        _rule.IsReleased.ShouldBeTrue();
        foreach (var allowed in (int[])[1, 2, 4, 8, 16, 32])
        {
            _rule.Earliest(ref _state, At, allowed).ShouldBe(7);
            _rule.Project(ref _state, At, allowed).ShouldBe(7);
            _rule.Project(ref _state, At, allowed + 1).ShouldBe(LimitRule.Never);
            for (var i = 0; i < allowed; i++)
            {
                _rule.Earliest(ref _state, At, 1).ShouldBe(7);
                _rule.Charge(ref _state, At, 1);
            }

            _rule.Earliest(ref _state, At, 1).ShouldBe(LimitRule.Never);
            _rule.Used(ref _state, At).ShouldBe(allowed);
            _rule.FreshAt(_state, At).ShouldBe(LimitRule.Never);
            for (var i = 0; i < allowed; i++)
            {
                _rule.GiveBack(ref _state, At, 0, 1);
            }

            _rule.FreshAt(_state, At).ShouldBe(0);
        }
    }

    [Fact]
    public void After_enough_answers_everything_goes()
    {
        _rule.Charge(ref _state, At, SlowStart.Enough - 1);
        _rule.GiveBack(ref _state, At, 0, SlowStart.Enough - 1);
        _rule.Project(ref _state, At, SlowStart.Enough + 1).ShouldBe(LimitRule.Never);

        _rule.Charge(ref _state, At, 1);
        _rule.GiveBack(ref _state, At, 0, 1);

        _rule.Project(ref _state, At, 1_000_000).ShouldBe(7);
        _rule.Charge(ref _state, At, 1_000_000);
        _rule.Earliest(ref _state, At, 1_000_000).ShouldBe(7);
    }

    [Fact]
    public void What_costs_more_than_may_go_yet_goes_alone()
    {
        _rule.Earliest(ref _state, At, 50).ShouldBe(7);
        _rule.Charge(ref _state, At, 50);
        _rule.ChargeMore(ref _state, At, 0, 5);
        _rule.Used(ref _state, At).ShouldBe(55);
        _rule.GiveBack(ref _state, At, 0, 60);
        _rule.Used(ref _state, At).ShouldBe(0);
    }

    [Fact]
    public void What_was_learned_is_kept_on_reload()
    {
        _rule.Charge(ref _state, At, 3);
        new SlowStart().Adopt(ref _state, _rule, At);
        _rule.Used(ref _state, At).ShouldBe(3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_does_what_counting_what_is_held_and_what_has_ended_says(int seed)
    {
        var random = new Random(seed);
        var (held, ended) = (0L, 0L);
        for (var step = 0; step < 2_000; step++)
        {
            // Now and then from the beginning: after enough answers there is nothing to see.
            if (ended > SlowStart.Enough + 8)
            {
                (_state, held, ended) = (default, 0, 0);
            }

            var cost = random.NextInt64(1, 80);
            var fits = ended >= SlowStart.Enough || held + cost <= ended + 1;
            _rule.Earliest(ref _state, At, cost).ShouldBe(fits || held == 0 ? 7 : LimitRule.Never);
            _rule.Project(ref _state, At, cost).ShouldBe(fits ? 7 : LimitRule.Never);
            _rule.Used(ref _state, At).ShouldBe(held);
            _rule.FreshAt(_state, At).ShouldBe(held == 0 ? 0 : LimitRule.Never);
            if (random.Next(2) == 0 && held < 100)
            {
                _rule.Charge(ref _state, At, cost).ShouldBe(0);
                held += cost;
            }
            else if (held > 0)
            {
                var amount = random.NextInt64(1, Math.Min(held, 6) + 1);
                _rule.GiveBack(ref _state, At, 0, amount);
                (held, ended) = (held - amount, ended + amount);
            }
        }
    }

    private static Moment At => new(7);
}
