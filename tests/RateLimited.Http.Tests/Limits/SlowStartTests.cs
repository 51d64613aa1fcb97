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

    private static Moment At => new(7);
}
