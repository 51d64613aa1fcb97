using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Limits;

/// <summary>Until when nothing goes, how those who waited come back, and how long it is where nobody says for how long.</summary>
public sealed class PauseTests
{
    private const long Second = TimeSpan.TicksPerSecond;
    private const long Pace = 25 * TimeSpan.TicksPerMillisecond;

    [Fact]
    public void Before_it_is_told_anything_it_is_over_and_stays_so()
    {
        var pause = default(Pause);

        pause.WentAt(5);

        pause.Until.ShouldBe(0);
    }

    [Fact]
    public void The_first_sixteen_after_it_keep_a_distance_of_a_sixty_fourth_of_it_and_then_it_is_over()
    {
        var pause = default(Pause);
        pause.Extend(now: Second, duration: 64_000);
        pause.Until.ShouldBe(Second + 64_000);

        for (var gone = 1; gone < 16; gone++)
        {
            var at = pause.Until;
            pause.WentAt(at);
            pause.Until.ShouldBe(at + 1_000, $"after {gone}");
        }

        pause.WentAt(pause.Until);
        pause.Until.ShouldBe(0);
    }

    [Fact]
    public void The_distance_is_a_fortieth_of_a_second_at_most()
    {
        var pause = default(Pause);
        pause.Extend(0, 3600 * Second);

        pause.WentAt(3600 * Second);

        pause.Until.ShouldBe((3600 * Second) + Pace);
    }

    [Fact]
    public void What_would_end_no_later_does_not_begin_it_anew()
    {
        var pause = default(Pause);
        pause.Extend(0, 64_000);
        pause.WentAt(64_000);

        pause.Extend(now: 64_000, duration: 1_000);
        pause.Extend(now: 64_000, duration: -5);

        // Of sixteen fifteen are left.
        for (var gone = 2; gone <= 16; gone++)
        {
            pause.WentAt(pause.Until);
        }

        pause.Until.ShouldBe(0);
    }

    [Fact]
    public void Whoever_passes_it_does_not_end_it()
    {
        var pause = default(Pause);
        pause.Extend(0, Second);
        for (var gone = 0; gone < 20; gone++)
        {
            pause.WentAt(1);
        }

        pause.Until.ShouldBe(Second);
        pause.WentAt(Second);
        pause.Until.ShouldBe(0);
    }

    [Fact]
    public void Blindly_it_is_twice_as_long_each_time_up_to_sixty_four_times_and_to_the_longest()
    {
        var pause = default(Pause);
        var now = Second;
        foreach (var seconds in (int[])[1, 2, 4, 8, 16, 32, 64, 64])
        {
            pause.ExtendBlindly(now, sentAt: now, longest: 3600 * Second, shortest: Second);
            pause.Until.ShouldBe(now + (seconds * Second));
            now = pause.Until;
        }

        pause.ExtendBlindly(now, now, longest: 10 * Second, shortest: Second);
        pause.Until.ShouldBe(now + (10 * Second));
    }

    [Fact]
    public void What_was_under_way_when_it_began_says_nothing_and_what_was_sent_then_does()
    {
        var pause = default(Pause);
        pause.ExtendBlindly(now: 10 * Second, sentAt: 9 * Second, longest: 60 * Second, shortest: Second);

        pause.ExtendBlindly(now: (10 * Second) + 5, sentAt: (10 * Second) - 1, longest: 60 * Second, shortest: Second);
        pause.Until.ShouldBe(11 * Second);

        pause.ExtendBlindly(now: (10 * Second) + 5, sentAt: 10 * Second, longest: 60 * Second, shortest: Second);
        pause.Until.ShouldBe((12 * Second) + 5);
    }

    [Fact]
    public void When_it_is_over_blind_ones_begin_with_the_shortest_again()
    {
        var pause = default(Pause);
        pause.ExtendBlindly(now: 1, sentAt: 1, longest: 60 * Second, shortest: Second);
        for (var gone = 0; gone < 16; gone++)
        {
            pause.WentAt(pause.Until);
        }

        pause.ExtendBlindly(10 * Second, 10 * Second, longest: 60 * Second, shortest: Second);

        pause.Until.ShouldBe(11 * Second);
    }

    [Fact]
    public void What_is_over_at_once_lets_the_first_keep_a_distance()
    {
        var pause = default(Pause);
        pause.Spread(0);
        pause.Until.ShouldBe(1);

        pause.WentAt(7);

        pause.Until.ShouldBe(7 + Pace);
    }

    [Fact]
    public void Of_a_quota_whose_return_nobody_tells_it_is_asked_at_the_usual_intervals_and_a_cool_down_learns_of_it()
    {
        new CoolDown().Learns.ShouldBeTrue();
        Exhaustion.IntervalOf(wait: null, longest: long.MaxValue).ShouldBeLessThan(long.MaxValue);
        Exhaustion.IntervalOf(wait: null, longest: 5).ShouldBe(5);
        Exhaustion.IntervalOf(wait: 3, longest: 500).ShouldBe(500);
    }
}
