using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Resilience;
using RateLimited.Http.Tests.Faults;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Resilience;

/// <summary>How far other processes' circuits are believed, whatever they say.</summary>
public sealed class FleetBreakTests
{
    private const long Second = TimeSpan.TicksPerSecond;
    private const long Break = 5 * Second;
    private const long Longest = 60 * Second;

    private readonly FleetBreak _fleet = new();

    [Fact]
    public void Whatever_others_say_they_hold_nobody_longer_than_the_longest_break()
    {
        Holds.For(
            (from after in Draws.Ticks(0, 40 * Second)
             from duration in Draws.Ticks(-Second, 200 * Second)
             from kind in Gen.Choose(0, 9)
             select (after, duration, kind)).ArrayOf(60),
            static says =>
            {
                var fleet = new FleetBreak();
                var (now, since, until) = (Second, 0L, 0L);
                foreach (var (after, duration, kind) in says)
                {
                    now += after;
                    var told = kind == 0 && !fleet.MayProbe(now, Break, out _) ? fleet.Claimed(now, isGranted: false, Break, Longest) : fleet.Hear(now, duration, Longest);
                    if (told is { } end && end > now)
                    {
                        since = now <= until ? since : now;
                        until = Math.Max(until, end);
                    }

                    (until - since).ShouldBeLessThanOrEqualTo(Longest);
                }
            });
    }

    [Fact]
    [Fault("C14")]
    public void C14_time_alone_leads_to_a_probe_whoever_was_asked_and_does_not_answer()
    {
        _fleet.Hear(0, Break, Longest).ShouldBe(Break);

        _fleet.MayProbe(Break, Break, out var asks).ShouldBeFalse();
        asks.ShouldBeTrue();
        _fleet.MayProbe((2 * Break) - 1, Break, out asks).ShouldBeFalse();
        asks.ShouldBeFalse("it is asked once");
        _fleet.MayProbe(2 * Break, Break, out _).ShouldBeTrue();
    }

    [Fact]
    public void Who_is_granted_the_probe_may_until_the_circuit_changes()
    {
        _fleet.MayProbe(0, Break, out _).ShouldBeFalse();
        _fleet.Claimed(1, isGranted: true, Break, Longest).ShouldBeNull();
        _fleet.MayProbe(100 * Second, Break, out var asks).ShouldBeTrue();
        asks.ShouldBeFalse();

        _fleet.Forget();
        _fleet.MayProbe(100 * Second, Break, out asks).ShouldBeFalse();
        asks.ShouldBeTrue();
    }

    [Fact]
    public void Who_is_not_waits_for_a_break_and_asks_again()
    {
        _fleet.MayProbe(0, Break, out _).ShouldBeFalse();
        _fleet.Claimed(1, isGranted: false, Break, Longest).ShouldBe(1 + Break);
        _fleet.MayProbe(1 + Break, Break, out var asks).ShouldBeFalse();
        asks.ShouldBeTrue();
    }

    [Fact]
    [Fault("C15")]
    public void C15_what_is_answered_when_nobody_asks_any_more_changes_nothing()
    {
        _fleet.MayProbe(0, Break, out _).ShouldBeFalse();
        _fleet.Forget();

        _fleet.Claimed(1, isGranted: false, Break, Longest).ShouldBeNull();
        _fleet.MayProbe(2, Break, out var asks).ShouldBeFalse();
        asks.ShouldBeTrue();
    }

    [Fact]
    public void Against_what_it_found_out_itself_nobody_is_believed_for_a_while()
    {
        _fleet.Hear(0, Break, Longest).ShouldBe(Break);
        _fleet.Proved(Break, Longest);

        _fleet.Hear(Break + 1, Break, Longest).ShouldBeNull();
        _fleet.Hear(Break + Longest - 1, Break, Longest).ShouldBeNull();
        _fleet.Hear(Break + Longest, Break, Longest).ShouldBe((2 * Break) + Longest);
    }

    [Fact]
    public void What_nobody_else_had_opened_proves_nothing_against_the_others()
    {
        _fleet.Proved(0, Longest);

        _fleet.Hear(1, Break, Longest).ShouldBe(1 + Break);
    }
}
