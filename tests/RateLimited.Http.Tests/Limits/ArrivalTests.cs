using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;
using RateLimited.Http.Tests.Limits.Models;

namespace RateLimited.Http.Tests.Limits;

/// <summary>
/// The theorem that "no 429" rests on: whatever way each request takes, as long as the ways differ by no more than the guard, the limit itself (not the padded one) holds at the
/// upstream's door.
/// </summary>
public sealed class ArrivalTests
{
    [Fact]
    public void Sliding_window_holds_at_the_door() => Holds.For(Scenarios.Guarded, static scenario =>
        AtTheDoor(new SlidingWindow(scenario.Quota, scenario.Window), scenario, arrivals => Arrivals.MostWithin(arrivals, scenario.Window) <= scenario.Quota));

    [Fact]
    public void Token_bucket_of_the_true_burst_holds_at_the_door() => Holds.For(Scenarios.Guarded, static scenario => Bucket(scenario));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Token_bucket_of_a_tiny_burst_holds_at_the_door(int burst) => Holds.For(Scenarios.Guarded, scenario => Bucket(scenario with { Burst = burst }));

    [Fact]
    public void Token_bucket_whose_burst_flows_in_during_the_guard_holds_at_the_door() => Holds.For(Scenarios.Guarded, static scenario =>
    {
        var flowsIn = (long)((Int128)scenario.Quota * scenario.Guard / scenario.Window);
        Bucket(scenario with { Burst = Math.Max(flowsIn + (scenario.Steps[0].RawCost % 3) - 1, 1) });
    });

    [Fact]
    public void Window_from_first_use_holds_at_the_door_whose_windows_begin_at_first_arrival() => Holds.For(Scenarios.Guarded, static scenario =>
        AtTheDoor(
            new FixedWindow(scenario.Quota, scenario.Window, WindowAnchor.FirstUse),
            scenario,
            arrivals => Arrivals.MostFromFirstUse(arrivals, scenario.Window) <= scenario.Quota,
            canGiveBackAll: false));

    [Fact]
    public void Aligned_window_holds_at_the_door_whose_windows_end_when_ours_do() => Holds.For(Scenarios.Small, static scenario =>
    {
        // The clock is shared, so here the guard is for the whole way.
        var guarded = scenario with { Guard = scenario.Guard % scenario.Window };
        AtTheDoor(new FixedWindow(guarded.Quota, guarded.Window), guarded, arrivals => Arrivals.MostOnGrid(arrivals, at => (at + Scenario.Wall - DateTime.UnixEpoch.Ticks) / guarded.Window) <= guarded.Quota, shortest: 0);
    });

    [Fact]
    public void Day_of_a_time_zone_holds_at_the_door_on_the_days_that_its_clock_changes() => Holds.For(Scenarios.Small, static scenario =>
    {
        var zone = Zones.Find(Zones.Names[scenario.Steps[0].RawCost % Zones.Names.Length]);
        var days = scenario with
        {
            Window = TimeSpan.TicksPerDay,
            Guard = scenario.Guard % TimeSpan.TicksPerHour,
            Start = scenario.Start % (8 * 365 * TimeSpan.TicksPerDay),
        };
        AtTheDoor(new FixedWindow(days.Quota, days.Window, zone: zone), days, arrivals => Arrivals.MostOnGrid(arrivals, at => Zones.NextAfter(zone, 1, at + Scenario.Wall)) <= days.Quota, shortest: 0);
    });

    private static void Bucket(Scenario scenario)
    {
        var bucket = new TokenBucket(scenario.Quota, scenario.Window, scenario.Burst);
        AtTheDoor(bucket, scenario, arrivals => Arrivals.FitBucket(arrivals, scenario.Quota, scenario.Window, bucket.Burst));
    }

    private static void AtTheDoor(LimitRule rule, Scenario scenario, Predicate<List<(long Instant, long Amount)>> holds, long? shortest = null, bool canGiveBackAll = true)
    {
        var drive = new Drive(rule, scenario) { CanChargeMore = false, CanGiveBack = canGiveBackAll };
        drive.Run();
        var sends = drive.Ledger.Sends.ToList();
        if (sends.Count == 0)
        {
            return;
        }

        var seed = scenario.Steps[^1].RawLease;
        foreach (var arrivals in Arrivals.Of(sends, shortest ?? seed, scenario.Guard, seed))
        {
            holds(arrivals).ShouldBeTrue();
        }
    }
}
