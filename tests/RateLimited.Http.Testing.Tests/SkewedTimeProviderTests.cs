namespace RateLimited.Http.Testing.Tests;

public sealed class SkewedTimeProviderTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Machines_share_time_and_differ_by_their_wall_clocks()
    {
        var ahead = new SkewedTimeProvider(_time) { Skew = 5 * Second };
        var behind = new SkewedTimeProvider(_time) { Skew = -3 * Second };
        var began = ahead.GetTimestamp();

        _time.Advance(10 * Second);

        (ahead.GetUtcNow() - _time.GetUtcNow()).ShouldBe(5 * Second);
        (behind.GetUtcNow() - _time.GetUtcNow()).ShouldBe(-3 * Second);
        ahead.GetElapsedTime(began).ShouldBe(10 * Second);
    }

    [Fact]
    public void Drift_grows_with_time_and_a_new_one_goes_on_from_where_it_was()
    {
        var machine = new SkewedTimeProvider(_time) { Drift = 1000 };

        _time.Advance(1000 * Second);
        machine.Skew.ShouldBe(Second);

        machine.Drift = -500;
        _time.Advance(1000 * Second);
        machine.Skew.ShouldBe(0.5 * Second);
        (machine.GetUtcNow() - _time.GetUtcNow()).ShouldBe(0.5 * Second);
    }

    [Fact]
    public void A_jump_replaces_what_had_drifted()
    {
        var machine = new SkewedTimeProvider(_time) { Drift = 1000 };
        _time.Advance(1000 * Second);

        machine.Skew = TimeSpan.Zero;

        machine.GetUtcNow().ShouldBe(_time.GetUtcNow());
        _time.Advance(1000 * Second);
        machine.Skew.ShouldBe(Second);
    }

    [Fact]
    public void The_monotonic_clock_counts_from_the_machines_own_start_and_no_jump_moves_it()
    {
        var machine = new SkewedTimeProvider(_time) { Uptime = TimeSpan.FromDays(40) };

        machine.GetTimestamp().ShouldBe(TimeSpan.FromDays(40).Ticks);
        machine.Skew = -Second;
        _time.Advance(Second);
        machine.GetTimestamp().ShouldBe((TimeSpan.FromDays(40) + Second).Ticks);
    }

    [Fact]
    public void Timers_are_the_shared_times_in_one_order_for_all_machines()
    {
        List<string> fired = [];
        var one = new SkewedTimeProvider(_time) { Skew = TimeSpan.FromDays(1) };
        var other = new SkewedTimeProvider(_time) { Skew = TimeSpan.FromDays(-1) };
        using var late = one.CreateTimer(_ => fired.Add("late"), null, 2 * Second, Timeout.InfiniteTimeSpan);
        using var early = other.CreateTimer(_ => fired.Add("early"), null, Second, Timeout.InfiniteTimeSpan);

        _time.Advance(2 * Second);

        fired.ShouldBe(["early", "late"]);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1_000_001)]
    [InlineData(-1_000_001)]
    public void A_drift_no_clock_has_is_refused(double drift) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new SkewedTimeProvider(_time) { Drift = drift }).Message.ShouldContain("parts per million");
}
