using FsCheck.Fluent;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Tests.Limits.Cases;
using RateLimited.Http.Tests.Resilience;

namespace RateLimited.Http.Tests.Pipeline;

public sealed class BodyPatienceTests
{
    [Fact]
    public void Until_the_next_look_nothing_changes_and_then_it_does()
    {
        var cases =
            from idle in Draws.Ticks(1, 1000)
            from whole in Gen.Frequency((2, Draws.Ticks(1, 3000)), (1, Gen.Constant(Timeout.InfiniteTimeSpan.Ticks)))
            from headers in Draws.Ticks(0, 3000)
            from lastByte in Draws.Ticks(0, headers)
            from isRead in Gen.Elements(true, false)
            from holds in Gen.Elements(true, false)
            select (new BodyPatience(new TimeSpan(idle), new TimeSpan(whole)), headers, lastByte, isRead, holds);

        Holds.For(cases, static drawn =>
        {
            var (patience, headers, sinceByte, isRead, holds) = drawn;
            BodyState At(long later, out TimeSpan next) => patience.Look(new TimeSpan(headers + later), new TimeSpan(sinceByte + later), isRead, holds, out next);

            var state = At(0, out var next);
            if (next == Timeout.InfiniteTimeSpan)
            {
                state.ShouldBeOneOf(BodyState.TooLong, BodyState.Stalled, BodyState.Abandoned, BodyState.Unread);
                return;
            }

            next.ShouldBeGreaterThan(TimeSpan.Zero);
            At(next.Ticks - 1, out _).ShouldBe(state);
            At(next.Ticks, out _).ShouldNotBe(state);
        });
    }

    [Theory]
    [InlineData(true, true, BodyState.Stalled)]
    [InlineData(true, false, BodyState.Stalled)]
    [InlineData(false, true, BodyState.Abandoned)]
    [InlineData(false, false, BodyState.Unread)]
    public void Without_a_byte_for_too_long_it_matters_who_waits(bool isRead, bool holdsPlace, object expected)
    {
        var patience = new BodyPatience(TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);

        patience.Look(TimeSpan.FromHours(1), TimeSpan.FromSeconds(2), isRead, holdsPlace, out _).ShouldBe((BodyState)expected);
        patience.Look(TimeSpan.FromHours(1), TimeSpan.FromSeconds(2) - TimeSpan.FromTicks(1), isRead, holdsPlace, out _).ShouldBe(BodyState.GoesOn);
    }

    [Fact]
    public void What_is_not_whole_in_time_is_too_long_whoever_waits()
    {
        var patience = new BodyPatience(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10));

        patience.Look(TimeSpan.FromSeconds(10), TimeSpan.Zero, isRead: true, holdsPlace: false, out _).ShouldBe(BodyState.TooLong);
        patience.Look(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5), isRead: false, holdsPlace: false, out _).ShouldBe(BodyState.TooLong);
        patience.Look(TimeSpan.FromSeconds(9), TimeSpan.Zero, isRead: true, holdsPlace: false, out var next).ShouldBe(BodyState.GoesOn);
        next.ShouldBe(TimeSpan.FromSeconds(1));
    }
}
