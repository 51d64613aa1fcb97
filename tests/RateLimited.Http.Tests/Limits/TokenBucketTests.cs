using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Limits;

/// <summary>The token bucket by example, at the edges of what properties draw.</summary>
public sealed class TokenBucketTests
{
    /// <summary>One token every hundred ticks, five at most.</summary>
    private readonly TokenBucket _whole = new(10, 1000, 5);

    /// <summary>One token every three and a third ticks, two at most.</summary>
    private readonly TokenBucket _thirds = new(3, 10, 2);

    private LimitState _state;

    [Theory]
    [InlineData(0, 5)]
    [InlineData(100, 4)]
    [InlineData(399, 1)]
    [InlineData(400, 1)]
    [InlineData(900, 1)]
    public void The_guard_takes_from_the_burst_and_leaves_one(long guard, int burst)
    {
        var at = new Moment(1000, Guard: guard);
        for (var i = 0; i < burst; i++)
        {
            _whole.TryCharge(ref _state, at, 1, out _).ShouldBeTrue();
        }

        _whole.TryCharge(ref _state, at, 1, out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData(399, 99)]
    [InlineData(400, 100)]
    [InlineData(401, 102)]
    [InlineData(450, 151)]
    public void A_guard_longer_than_the_burst_slows_the_pace(long guard, long expected)
    {
        var at = new Moment(1000, Guard: guard);
        _whole.Charge(ref _state, at, 1);

        _whole.Earliest(ref _state, at, 1).ShouldBe(1000 + expected);
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(4, 6)]
    public void A_fraction_of_a_tick_decides_whether_the_guard_leaves_room(long guard, long expected)
    {
        _thirds.Charge(ref _state, new Moment(1000, Guard: guard), 1);

        _thirds.Earliest(ref _state, new Moment(1000, Guard: guard), 1).ShouldBe(1000 + expected);
    }

    [Fact]
    public void The_guard_holds_where_the_coarse_clock_decides()
    {
        _whole.Charge(ref _state, new Moment(0), 5);

        _whole.TryChargeThroughout(ref _state, new Moment(350, Guard: 400), 360, 1).ShouldBeFalse();
        _whole.TryChargeThroughout(ref _state, new Moment(350, Guard: 0), 360, 1).ShouldBeTrue();
    }

    [Fact]
    public void What_was_given_back_in_fractions_is_not_given_back_again()
    {
        var receipt = _thirds.Charge(ref _state, new Moment(1000), 2);

        for (var i = 0; i < 3; i++)
        {
            _thirds.GiveBack(ref _state, new Moment(1000), receipt, 1);
        }

        // Of six and two thirds, six whole ticks less the one that a fraction was taken from.
        _thirds.Earliest(ref _state, new Moment(1000), 2).ShouldBe(1002);
    }

    [Fact]
    public void A_receipt_from_before_a_faster_refill_is_good_for_all_of_its_debt()
    {
        var receipt = _whole.Charge(ref _state, new Moment(1000), 5);
        var faster = new TokenBucket(20, 1000, 5);
        faster.Adopt(ref _state, _whole, new Moment(1000));

        faster.GiveBack(ref _state, new Moment(1000), receipt, 3);
        faster.Used(ref _state, new Moment(1000)).ShouldBe(2);
        faster.GiveBack(ref _state, new Moment(1000), receipt, 2);
        faster.Used(ref _state, new Moment(1000)).ShouldBe(0);
    }

    [Fact]
    public void Products_beyond_the_range_end_at_the_farthest_instant()
    {
        var slow = new TokenBucket(1, TimeSpan.FromDays(31).Ticks, long.MaxValue);
        slow.Charge(ref _state, new Moment(0), slow.Burst);
        slow.Charge(ref _state, new Moment(0), slow.Burst);

        slow.Earliest(ref _state, new Moment(0), 1).ShouldBeGreaterThan(0);
        slow.Used(ref _state, new Moment(0)).ShouldBeGreaterThan(slow.Burst);
    }
}
