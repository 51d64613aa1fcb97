using FsCheck.Fluent;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>Fixed windows that come into step with the upstream's, and cannot be talked into giving their quota out more often.</summary>
public sealed class WindowShiftTests
{
    private const long Window = TimeSpan.TicksPerMinute;
    private const long Second = TimeSpan.TicksPerSecond;

    private readonly FixedWindow _aligned = new(10, Window);
    private LimitState _state;

    [Theory]
    [InlineData(20, 80)]
    [InlineData(59, 60)]
    [InlineData(58, 60)]
    [InlineData(57, 117)]
    [InlineData(61, 60)]
    [InlineData(62, 60)]
    [InlineData(1, 60)]
    [InlineData(3, 63)]
    [InlineData(60, 60)]
    public void The_window_ends_with_the_upstreams_and_never_earlier(int announced, int end)
    {
        _aligned.Charge(ref _state, At(0), 10);

        _aligned.Announce(ref _state, At(0), announced * Second);

        _aligned.Earliest(ref _state, At(1), 1).ShouldBe(end * Second);
        _aligned.Charge(ref _state, At(end * Second), 10);
        _aligned.Earliest(ref _state, At(end * Second), 1).ShouldBe((end + 60) * Second);
        _aligned.Project(ref _state, At(end * Second), 11).ShouldBe((end + 120) * Second);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_window_of_two_seconds_is_not_moved_by_what_is_rounded_to_seconds(int announced)
    {
        // Found by the arena: "t=2" is what an upstream says 1.2 s before its window ends.
        var rule = new FixedWindow(10, 2 * Second);
        rule.Charge(ref _state, At(8 * Second / 10), 10);

        rule.Announce(ref _state, At(8 * Second / 10), (8 * Second / 10) + (announced * Second));

        rule.Earliest(ref _state, At(Second), 1).ShouldBe(2 * Second);
    }

    [Fact]
    public void A_window_moves_once()
    {
        _aligned.Charge(ref _state, At(0), 10);
        _aligned.Announce(ref _state, At(0), 20 * Second);
        _aligned.Announce(ref _state, At(1), 40 * Second);
        _aligned.Earliest(ref _state, At(2), 1).ShouldBe(80 * Second);

        // The next may move again.
        _aligned.Charge(ref _state, At(80 * Second), 10);
        _aligned.Announce(ref _state, At(80 * Second), 100 * Second);
        _aligned.Earliest(ref _state, At(80 * Second), 1).ShouldBe(160 * Second);
    }

    [Fact]
    public void The_step_is_kept_while_nobody_asks()
    {
        _aligned.Charge(ref _state, At(0), 1);
        _aligned.Announce(ref _state, At(0), 20 * Second);

        _aligned.Charge(ref _state, At(1000 * Second), 10);

        _aligned.Earliest(ref _state, At(1000 * Second), 1).ShouldBe(1040 * Second);
    }

    [Fact]
    public void Windows_that_begin_at_first_use_move_too()
    {
        var rule = new FixedWindow(10, Window, WindowAnchor.FirstUse);
        rule.Charge(ref _state, At(0), 10);

        rule.Announce(ref _state, At(0), 30 * Second);

        rule.Earliest(ref _state, At(1), 1).ShouldBe(90 * Second);
    }

    [Fact]
    public void Windows_that_end_when_they_are_told_end_then()
    {
        var rule = new FixedWindow(10, Window, WindowAnchor.Announced);
        rule.Charge(ref _state, At(0), 10);

        rule.Announce(ref _state, At(0), 30 * Second);
        rule.Earliest(ref _state, At(1), 1).ShouldBe(30 * Second);
        rule.Announce(ref _state, At(1), 500 * Second);
        rule.Earliest(ref _state, At(1), 1).ShouldBe(Window + 1);
        (rule.IsAnnounced, _aligned.IsAnnounced).ShouldBe((true, false));
    }

    [Theory]
    [InlineData(WindowAnchor.FirstUse)]
    [InlineData(WindowAnchor.Announced)]
    internal void What_is_announced_when_no_window_is_open_begins_none_that_ends_early(WindowAnchor anchor)
    {
        var rule = new FixedWindow(10, Window, anchor);
        rule.Charge(ref _state, At(0), 10);

        // The answer to one of those comes late, and with a lie.
        rule.Announce(ref _state, At(90 * Second), 91 * Second);
        rule.Charge(ref _state, At(90 * Second), 10);

        rule.Earliest(ref _state, At(91 * Second), 1).ShouldBe(120 * Second);
    }

    [Fact]
    public void Announced_windows_follow_each_other_no_faster_than_they_are_long()
    {
        var rule = new FixedWindow(10, Window, WindowAnchor.Announced);
        rule.Charge(ref _state, At(0), 10);
        rule.Announce(ref _state, At(1), 20 * Second);
        rule.Charge(ref _state, At(20 * Second), 10);

        rule.Announce(ref _state, At(21 * Second), 22 * Second);
        rule.Earliest(ref _state, At(22 * Second), 1).ShouldBe(80 * Second);
        rule.Announce(ref _state, At(22 * Second), 81 * Second);
        rule.Earliest(ref _state, At(22 * Second), 1).ShouldBe(81 * Second);
    }

    [Fact]
    public void Whatever_is_announced_no_two_windows_begin_within_one() => Holds.For(Gen.Choose(0, int.MaxValue).ToArbitrary(), static seed =>
    {
        var random = new Random(seed);
        var (rule, state) = (new FixedWindow(3, Window, (WindowAnchor)random.Next(3)), default(LimitState));
        var (now, begun) = (random.NextInt64(Window), new List<long>());
        var inWindow = 0;
        for (var step = 0; step < 200; step++)
        {
            now += random.NextInt64(Window / 3);

            // Nobody asks for a while: then the answers to what went before find no window open.
            if (random.Next(3) > 0 && rule.Earliest(ref state, At(now), 1) == now)
            {
                inWindow = rule.Used(ref state, At(now)) == 0 ? 1 : inWindow + 1;
                if (inWindow == 1)
                {
                    begun.Add(now);
                }

                rule.Charge(ref state, At(now), 1);
                inWindow.ShouldBeLessThanOrEqualTo(3);
            }

            rule.Announce(ref state, At(now), now + random.NextInt64(2 * Window));
        }

        // Charges of every second window lie a window apart: that is what an upstream with such windows allows.
        for (var i = 2; i < begun.Count; i++)
        {
            (begun[i] - begun[i - 2]).ShouldBeGreaterThanOrEqualTo(Window, $"seed {seed}");
        }
    });

    private static Moment At(long now) => new(now, DateTime.UnixEpoch.Ticks);
}
