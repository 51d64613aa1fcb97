using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;
using RateLimited.Http.Tests.Limits.Models;

namespace RateLimited.Http.Tests.Limits;

/// <summary>A quota that is spread over its window, evenly or by a week's demand: never ahead by more than the burst, and wholly.</summary>
public sealed class PacedWindowTests
{
    private const long Hour = TimeSpan.TicksPerHour;

    /// <summary>Each case adds up hours.</summary>
    private const int Fewer = 10;

    [Fact]
    public void What_is_used_is_never_ahead_of_the_part_that_has_passed_by_more_than_the_burst() => Holds.For(Gen.Zip(Cases, Scenarios.Small.Generator), static drawn =>
    {
        var (limit, scenario) = drawn;
        Drive drive = null!;
        drive = new Drive(limit.Rule, scenario with { Quota = limit.Quota, Window = limit.Rule.Window, Burst = limit.Burst, Guard = 0 })
        {
            CanChargeMore = false,
            AfterStep = admitted =>
            {
                if (admitted is null)
                {
                    return;
                }

                var utc = drive.Now + drive.Wall;
                var (begin, end) = limit.WindowOf(utc);
                var used = drive.Ledger.Entries.Where(entry => entry.Instant + drive.Wall >= begin).Aggregate(BigInteger.Zero, static (sum, entry) => sum + entry.Amount);
                (used <= limit.Quota).ShouldBeTrue();
                ((used - limit.Burst) * limit.Passed(begin, end) <= limit.Quota * limit.Passed(begin, utc)).ShouldBeTrue($"{used} of {limit.Quota} {utc - begin} ticks after the begin");
            },
        };
        drive.Run();
    }, Fewer);

    [Fact]
    public void Whoever_is_never_short_of_work_uses_the_whole_quota_of_every_window() => Holds.For(Cases, static limit =>
    {
        var (state, now) = (default(LimitState), At(0).Now);
        var (_, end) = limit.WindowOf(now + Scenario.Wall);
        for (var window = 0; window < 3; window++)
        {
            (now, var last) = (end - Scenario.Wall, now);
            (_, end) = limit.WindowOf(end);
            for (var i = 0; i < limit.Quota; i++)
            {
                now = limit.Rule.Earliest(ref state, At(now), 1);
                limit.Rule.Charge(ref state, At(now), 1);
            }

            now.ShouldBeInRange(last, end - Scenario.Wall - 1);
            limit.Rule.Used(ref state, At(now)).ShouldBe(limit.Quota);
            limit.Rule.Earliest(ref state, At(now), 1).ShouldBe(end - Scenario.Wall, "the burst of the next");
        }
    }, Fewer);

    [Fact]
    public void As_much_may_go_now_as_is_said_and_no_more() => Holds.For(Rules.With(Scenarios.Small, Kind.Paced, Kind.PacedMidnight), static drawn =>
    {
        var drive = new Drive(Rules.Of(drawn.Kind, drawn.Scenario), drawn.Scenario);
        drive.Run();

        var room = ((PacedWindow)drive.Rule).RoomAt(ref drive.State, drive.At);

        if (room > 0)
        {
            drive.Rule.Earliest(ref drive.State, drive.At, room).ShouldBe(drive.Now);
        }

        drive.Rule.Earliest(ref drive.State, drive.At, room + 1).ShouldBeGreaterThan(drive.Now);
    });

    [Fact]
    public void A_line_is_told_when_it_gets_there() => Holds.For(Rules.With(Scenarios.Small, Rules.Paced), static drawn =>
    {
        var scenario = drawn.Scenario with { Guard = 0 };
        var drive = new Drive(Rules.Of(drawn.Kind, scenario), scenario);
        drive.Run();
        var total = (int)Math.Min((3 * scenario.Quota) + 5, 125);
        var projected = Enumerable.Range(1, total).Select(count => drive.Rule.Project(ref drive.State, drive.At, count)).ToArray();
        foreach (var instant in projected)
        {
            drive.Now = drive.Rule.Earliest(ref drive.State, drive.At, 1);
            drive.Rule.Charge(ref drive.State, drive.At, 1);
            drive.Now.ShouldBe(instant);
        }
    }, Fewer);

    [Fact]
    public void Several_who_count_one_window_and_have_as_much_to_do_keep_its_pace_but_for_a_request_of_each() => Holds.For(Gen.Zip(Cases, Gen.Choose(2, 7)), static drawn =>
    {
        var (limit, count) = drawn;
        var (whole, state) = (limit.Rule.Counting, default(LimitState));
        var own = new Among(limit.Rule, count);
        var states = new LimitState[count];
        var (_, first) = limit.WindowOf(Scenario.Wall);
        var (begin, end) = limit.WindowOf(first);
        var now = begin - Scenario.Wall;
        for (var used = 1L; used <= limit.Quota; used++)
        {
            var next = (int)(used % count);
            now = own.EarliestNotBefore(ref states[next], At(now), 1, now);
            own.Charge(ref states[next], At(now), 1);
            whole.Earliest(ref state, At(now), 1).ShouldBe(now);
            whole.Charge(ref state, At(now), 1);
            ((used - limit.Burst - count) * limit.Passed(begin, end) <= limit.Quota * limit.Passed(begin, now + Scenario.Wall)).ShouldBeTrue();
        }

        now.ShouldBeLessThan(end - Scenario.Wall);
    }, Fewer);

    [Fact]
    public void A_pace_that_comes_changes_or_goes_leaves_what_is_used() => Holds.For(Rules.With(Scenarios.Small, Kind.Paced, Kind.PacedMidnight, Kind.PacedFirstUse), static drawn =>
    {
        var drive = new Drive(Rules.Of(drawn.Kind, drawn.Scenario), drawn.Scenario);
        drive.Run();
        var paced = (PacedWindow)drive.Rule;
        var used = paced.Used(ref drive.State, drive.At);
        var before = paced.Counting.Earliest(ref drive.State, drive.At, 1);

        foreach (var (previous, next) in ((LimitRule, LimitRule)[])[(paced, paced.By(WeekShape.Even)), (paced, paced.Counting), (paced.Counting, paced)])
        {
            next.Adopt(ref drive.State, previous, drive.At);
            next.Used(ref drive.State, drive.At).ShouldBe(used);
        }

        paced.Counting.Earliest(ref drive.State, drive.At, 1).ShouldBe(before);
    }, Fewer);

    [Fact]
    public void A_shape_goes_by_and_back_exactly() => Holds.For(Gen.Zip(Shapes, Gen.Choose(0, int.MaxValue)), static drawn =>
    {
        var (shape, instant) = (new WeekShape(drawn.Item1), Scenario.Wall + (drawn.Item2 * 1_000_003L));

        shape.FirstAt(shape.At(instant)).ShouldBe(instant);
        shape.FirstAt(shape.At(instant) + 1).ShouldBe(instant + 1);
        shape.IsSameAs(new WeekShape(drawn.Item1)).ShouldBeTrue();
        (shape.At(instant + Hour) - shape.At(instant) is var hour && hour >= Hour && hour <= Hour * (Int128)WeekShape.Largest).ShouldBeTrue();
    });

    [Fact]
    public void An_idle_morning_is_made_up_for_in_the_afternoon()
    {
        var rule = new PacedWindow(new FixedWindow(48, TimeSpan.TicksPerDay), burst: 2, WeekShape.Even);
        var state = default(LimitState);

        rule.RoomAt(ref state, At(0)).ShouldBe(2);
        rule.RoomAt(ref state, At(12 * Hour)).ShouldBe(26);
        rule.Charge(ref state, At(12 * Hour), 26);
        rule.Earliest(ref state, At(12 * Hour), 1).ShouldBe((12 * Hour) + (Hour / 2));
        rule.Earliest(ref state, At(12 * Hour), 22).ShouldBe(23 * Hour);
        rule.Earliest(ref state, At(12 * Hour), 23).ShouldBe((24 * Hour) + (Hour * 21 / 2), "the next day, when that has so much");
        rule.Earliest(ref state, At(12 * Hour), 49).ShouldBe(LimitRule.Never);
    }

    private static Moment At(long now) => new(now, Scenario.Wall);

    private static Gen<int[]> Shapes => Gen.Frequency((1, Gen.Constant(1)), (2, Gen.Choose(1, WeekShape.Largest))).ArrayOf(WeekShape.Hours);

    private static Gen<Drawn> Cases =>
        from zone in Gen.Frequency((2, Gen.Constant<string?>(null)), (1, Gen.Elements<string?>(Zones.Names)))
        from quota in Amounts.Between(1, 100)
        from burst in Amounts.Between(1, quota)
        from window in Gen.Choose(1, 72)
        from weights in Gen.OneOf(Gen.Constant(Enumerable.Repeat(1, WeekShape.Hours).ToArray()), Shapes)
        select new Drawn(quota, burst, zone is null ? window * Hour : ((window % 3) + 1) * TimeSpan.TicksPerDay, zone is null ? null : Zones.Find(zone), weights);

    private sealed class Among(PacedWindow pace, int counters) : PacedWindow((FixedWindow)pace.Counting, pace.Burst, pace.Shape)
    {
        protected override int Counters => counters;
    }

    /// <summary>The same by adding up hours.</summary>
    internal sealed record Drawn(long Quota, long Burst, long Window, TimeZoneInfo? Zone, int[] Weights)
    {
        public PacedWindow Rule { get; } = new(new FixedWindow(Quota, Window, WindowAnchor.Clock, Zone), Burst, new WeekShape(Weights));

        public (long Begin, long End) WindowOf(long utc)
        {
            if (Zone is null)
            {
                var begin = utc - ((utc - DateTime.UnixEpoch.Ticks) % Window);
                return (begin, begin + Window);
            }

            var days = (int)(Window / TimeSpan.TicksPerDay);
            var end = Zones.NextAfter(Zone, days, utc);
            var before = utc - Window - (3 * Hour);
            var next = Zones.NextAfter(Zone, days, before);
            while (next <= utc)
            {
                (before, next) = (next, Zones.NextAfter(Zone, days, next));
            }

            return (before, end);
        }

        public BigInteger Passed(long begin, long to)
        {
            BigInteger passed = 0;
            for (var utc = begin; utc < to;)
            {
                var next = Math.Min(((utc / Hour) + 1) * Hour, to);
                passed += (BigInteger)Weights[(int)(utc / Hour % WeekShape.Hours)] * (next - utc);
                utc = next;
            }

            return passed;
        }
    }
}
