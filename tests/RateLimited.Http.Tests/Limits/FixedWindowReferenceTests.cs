using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;
using RateLimited.Http.Tests.Limits.Models;

namespace RateLimited.Http.Tests.Limits;

/// <summary>Fixed windows of every anchor beside models that keep every charge: no decision, no hint and no count may differ.</summary>
public sealed class FixedWindowReferenceTests
{
    [Fact]
    public void Windows_on_the_grid_of_utc() => Holds.For(Scenarios.Any, static scenario => Grid(scenario, OnUtc(scenario.Window)));

    [Fact]
    public void Windows_on_the_grid_of_utc_when_small() => Holds.For(Scenarios.Small, static scenario => Grid(scenario, OnUtc(scenario.Window)));

    [Theory]
    [InlineData("America/Los_Angeles")]
    [InlineData("Europe/Berlin")]
    [InlineData("America/Santiago")]
    [InlineData("Asia/Beirut")]
    public void Windows_from_midnight_to_midnight_of_a_time_zone(string name)
    {
        var zone = Zones.Find(name);
        var drawn =
            from scenario in Scenarios.Small.Generator
            from days in Gen.OneOf(Gen.Constant(1), Gen.Choose(1, 31))
            from start in Gen.Choose(0, 4 * 365 * 24)
            select (scenario with
            {
                Window = days * TimeSpan.TicksPerDay,
                Guard = scenario.Guard % TimeSpan.TicksPerHour,
                Start = start * TimeSpan.TicksPerHour,

                // Until 2037: beyond, the framework reads some zones' rules one way from UTC and another way to it.
                Steps = [.. scenario.Steps.Take(20)],
            }, days);
        Holds.For(drawn, drawn => Grid(drawn.Item1, utc => Zones.NextAfter(zone, drawn.days, utc), zone), share: 2);
    }

    [Fact]
    public void Windows_that_begin_at_first_use() => Holds.For(Scenarios.Any, static scenario => FirstUse(scenario, WindowAnchor.FirstUse));

    [Fact]
    public void Windows_that_begin_at_first_use_when_small() => Holds.For(Scenarios.Small, static scenario => FirstUse(scenario, WindowAnchor.FirstUse));

    [Fact]
    public void Windows_that_end_when_the_upstream_says() => Holds.For(Scenarios.Small, static scenario => FirstUse(scenario, WindowAnchor.Announced));

    private static Func<long, long> OnUtc(long window) => utc =>
    {
        var since = utc - DateTime.UnixEpoch.Ticks;
        return DateTime.UnixEpoch.Ticks + (((since / window) + 1) * window);
    };

    private static void Grid(Scenario scenario, Func<long, long> nextAfter, TimeZoneInfo? zone = null)
    {
        var model = new GridModel(scenario.Quota, scenario.Guard, instant => nextAfter(instant + Scenario.Wall) - Scenario.Wall);
        Compare(new FixedWindow(scenario.Quota, scenario.Window, zone: zone), scenario, new Model(model.Earliest, model.Take, model.Change, model.Used));
    }

    private static void FirstUse(Scenario scenario, WindowAnchor anchor)
    {
        var model = new FirstUseModel(scenario.Quota, scenario.Window, scenario.Guard);
        Action<Drive, Step> announce = (drive, step) =>
        {
            if (anchor == WindowAnchor.Announced && step.RawCost % 6 == 0)
            {
                var end = drive.Now + Amounts.Scaled(step.RawLease, 0, 2 * scenario.Window) - (step.RawLease % 3);
                drive.Rule.Announce(ref drive.State, drive.At, end);
                model.Announce(drive.Now, end);
            }
        };
        Compare(new FixedWindow(scenario.Quota, scenario.Window, anchor), scenario, new Model(model.Earliest, model.Take, model.Change, model.Used), announce);
    }

    private static void Compare(FixedWindow rule, Scenario scenario, Model model, Action<Drive, Step>? before = null)
    {
        var charges = new Dictionary<Ledger.Entry, (int Charge, long Amount)>();
        Drive drive = null!;
        drive = new Drive(rule, scenario)
        {
            Refused = (cost, told) => told.ShouldBe(model.Earliest(drive.Now, cost)),
            AfterStep = admitted =>
            {
                foreach (var entry in drive.Ledger.Entries)
                {
                    if (!charges.TryGetValue(entry, out var known))
                    {
                        model.Earliest(entry.Instant, entry.Cost).ShouldBe(entry.Instant);
                        known = (model.Take(entry.Instant, entry.Cost), entry.Cost);
                    }

                    var amount = entry.Amount + entry.More;
                    model.Change(known.Charge, amount - known.Amount);
                    charges[entry] = (known.Charge, amount);
                }

                drive.Rule.Used(ref drive.State, drive.At).ShouldBe(model.Used(drive.Now));
                foreach (var cost in (ReadOnlySpan<long>)[1, Math.Max(scenario.Quota / 3, 1), scenario.Quota])
                {
                    drive.Rule.Earliest(ref drive.State, drive.At, cost).ShouldBe(model.Earliest(drive.Now, cost));
                }
            },
        };
        foreach (var step in scenario.Steps)
        {
            before?.Invoke(drive, step);
            drive.Take(step);
        }
    }

    private sealed record Model(Func<long, long, long> Earliest, Func<long, long, int> Take, Action<int, long> Change, Func<long, long> Used);
}
