using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>The sliding window by example, at the edges of what properties draw.</summary>
public sealed class SlidingWindowTests
{
    private const long Spacing = 1000;
    private const long Window = Spacing * ChargeLog.Resolution;

    private readonly SlidingWindow _rule = new(100, Window);
    private LimitState _state;

    [Fact]
    public void Charges_a_spacing_apart_expire_each_by_itself()
    {
        _rule.Charge(ref _state, new Moment(0), 60);
        _rule.Charge(ref _state, new Moment(Spacing), 20);
        _rule.Charge(ref _state, new Moment((2 * Spacing) - 1), 20);

        _rule.Earliest(ref _state, new Moment(2 * Spacing), 60).ShouldBe(Window);
        _rule.Earliest(ref _state, new Moment(2 * Spacing), 61).ShouldBe(Window + (2 * Spacing) - 1);
    }

    [Fact]
    public void A_receipt_whose_charge_has_expired_is_not_answered_into_the_window_again()
    {
        var first = _rule.Charge(ref _state, new Moment(0), 60);
        _rule.Charge(ref _state, new Moment(Window / 2), 5);

        _rule.Answer(ref _state, new Moment(Window), first, 60, Window - 1).ShouldBe(first);

        _rule.Used(ref _state, new Moment(Window)).ShouldBe(5);
    }

    [Fact]
    public void What_was_answered_counts_when_nothing_else_does()
    {
        var receipt = _rule.Charge(ref _state, new Moment(0), 60);
        receipt = _rule.Answer(ref _state, new Moment(Window / 2), receipt, 60, Window / 2);

        var last = Window + (Window / 2) - 1;
        _rule.Used(ref _state, new Moment(Window + 5)).ShouldBe(60);
        _rule.Used(ref _state, new Moment(last)).ShouldBe(60);
        _rule.FreshAt(_state, new Moment(last)).ShouldBe(last + 1);
        _rule.GiveBack(ref _state, new Moment(last), receipt, 50);
        _rule.Earliest(ref _state, new Moment(last), 90).ShouldBe(last);
        _rule.Earliest(ref _state, new Moment(last), 91).ShouldBe(last + 1);
        _rule.Used(ref _state, new Moment(last + 1)).ShouldBe(0);
    }

    [Fact]
    public void A_first_charge_settled_beyond_the_range_closes_the_window()
    {
        var receipt = _rule.Charge(ref _state, new Moment(7), 1);
        _rule.ChargeMore(ref _state, new Moment(8), receipt, long.MaxValue);

        _rule.Used(ref _state, new Moment(9)).ShouldBeGreaterThan(100);
        _rule.Earliest(ref _state, new Moment(9), 1).ShouldBe(7 + Window);
        _rule.Charge(ref _state, new Moment(9), long.MaxValue);
        _rule.Earliest(ref _state, new Moment(9), 1).ShouldBeGreaterThanOrEqualTo(7 + Window);
        _rule.Used(ref _state, new Moment(9 + Window)).ShouldBe(0);
    }

    [Fact]
    public void After_the_window_has_grown_the_oldest_expire_together_and_none_before_its_time()
    {
        var (grown, exact) = (new SlidingWindow(1000, 100 * Window), new Models.LogModel(1000, 100 * Window));
        var now = 0L;
        for (var i = 0; i < ChargeLog.Resolution; i++, now += Spacing)
        {
            _rule.Charge(ref _state, new Moment(now), 1);
            exact.Take(now, 1);
        }

        grown.Adopt(ref _state, _rule, new Moment(now));
        for (var i = 0; i < 20; i++)
        {
            now += 3 * Window;
            grown.Charge(ref _state, new Moment(now), 10);
            exact.Take(now, 10);
        }

        // Eighteen of the oldest had to make room: they wait for the first that did not.
        for (var at = now; at <= now + (100 * Window); at += Spacing / 2)
        {
            var used = grown.Used(ref _state, new Moment(at));
            used.ShouldBeInRange(exact.Used(at), exact.Used(at) + (at > 101 * Window ? 0 : 18));
        }

        grown.Used(ref _state, new Moment(now + (100 * Window))).ShouldBe(0);
    }

    [Fact]
    public void Since_when_nothing_counts_is_known_after_everything_is_forgotten()
    {
        _rule.Charge(ref _state, new Moment(0, Guard: 7), 1);
        _rule.Charge(ref _state, new Moment(Window / 2, Guard: 7), 1);

        _rule.Used(ref _state, new Moment(3 * Window, Guard: 7)).ShouldBe(0);

        _rule.FreshAt(_state, new Moment(3 * Window, Guard: 7)).ShouldBe((Window / 2) + Window + 7);
        _rule.Charge(ref _state, new Moment(3 * Window, Guard: 7), 100);
        _rule.Earliest(ref _state, new Moment(3 * Window, Guard: 7), 1).ShouldBe((4 * Window) + 7);
    }

    [Fact]
    public void Only_concurrency_is_released_and_only_the_sliding_window_needs_the_exact_clock()
    {
        foreach (var kind in Rules.All)
        {
            var rule = Rules.Of(kind, new Scenario(1, Window, 1, 0, 0, []));
            rule.IsReleased.ShouldBe(kind == Kind.Concurrency);
            rule.MayAdmitThroughout.ShouldBe(kind != Kind.Sliding);
        }
    }
}
