using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;
using RateLimited.Http.Tests.Limits.Models;
using Pause = RateLimited.Http.Tests.Limits.Cases.Pause;

namespace RateLimited.Http.Tests.Limits;

/// <summary>The window beside a log of every charge.</summary>
public sealed class SlidingWindowReferenceTests
{
    /// <summary>With the guard that the window is padded by, by 1/32 of that more.</summary>
    private static long LongestDelay(Scenario scenario) => (scenario.Window / ChargeLog.Resolution) + (scenario.Guard >> 5);

    [Fact]
    public void Never_admits_before_a_log_of_every_charge_and_at_most_a_sixtysecond_of_the_window_after_it() => Holds.For(Scenarios.Any, Compare);

    [Fact]
    public void Never_admits_before_a_log_of_every_charge_when_it_is_small() => Holds.For(Scenarios.Small, Compare);

    [Fact]
    public void Never_admits_before_a_log_of_every_charge_under_a_large_guard() => Holds.For(Scenarios.Guarded, Compare);

    [Fact]
    public void Equals_a_log_of_every_charge_while_charges_are_a_spacing_apart() => Holds.For(Scenarios.Small, static scenario =>
    {
        var spacing = (scenario.Window / ChargeLog.Resolution) + 1 + (scenario.Guard >> 5);
        Follow(scenario with { Steps = [.. scenario.Steps.Select(step => step with { Pause = Pause.Any })] }, (now, told, exact) => told.ShouldBe(exact), spacing);
    });

    [Fact]
    public void Equals_a_log_of_every_charge_under_saturated_demand() => Holds.For(Scenarios.Small, static scenario =>
    {
        var rule = new SlidingWindow(scenario.Quota, scenario.Window);
        var model = new LogModel(scenario.Quota, scenario.Window + scenario.Guard);
        var (state, now) = (default(LimitState), scenario.Start);
        foreach (var step in scenario.Steps)
        {
            var cost = step.Cost(scenario.Quota);
            var at = new Moment(now, Scenario.Wall, scenario.Guard);
            var told = rule.Earliest(ref state, at, cost);
            told.ShouldBe(model.Earliest(now, cost));
            now = told;
            rule.Charge(ref state, at with { Now = now }, cost);
            model.Take(now, cost);
        }
    });

    private static void Compare(Scenario scenario) => Follow(scenario, (now, told, exact) =>
    {
        told.ShouldBeGreaterThanOrEqualTo(exact);
        if (told != LimitRule.Never)
        {
            (told - exact).ShouldBeLessThanOrEqualTo(exact == now ? Math.Max(LongestDelay(scenario), 0) : LongestDelay(scenario));
        }
    });

    /// <summary>Compares what every cost is told, after each step, with what the log of the same charges tells.</summary>
    private static void Follow(Scenario scenario, Action<long, long, long> compare, long apart = 0)
    {
        var model = new LogModel(scenario.Quota, scenario.Window + scenario.Guard);
        var charges = new Dictionary<Ledger.Entry, (int Charge, long Amount)>();
        var last = long.MinValue / 2;
        Drive drive = null!;
        drive = new Drive(new SlidingWindow(scenario.Quota, scenario.Window), scenario)
        {
            AfterStep = _ =>
            {
                foreach (var entry in drive.Ledger.Entries)
                {
                    if (!charges.TryGetValue(entry, out var known))
                    {
                        known = (model.Take(entry.Instant, entry.Cost), entry.Cost);
                    }

                    var amount = entry.Amount + entry.More;
                    model.Change(known.Charge, amount - known.Amount);
                    charges[entry] = (known.Charge, amount);
                }

                foreach (var cost in (ReadOnlySpan<long>)[1, Math.Max(scenario.Quota / 3, 1), scenario.Quota])
                {
                    compare(drive.Now, drive.Rule.Earliest(ref drive.State, drive.At, cost), model.Earliest(drive.Now, cost));
                }

                drive.Rule.Used(ref drive.State, drive.At).ShouldBeGreaterThanOrEqualTo(model.Used(drive.Now));
            },
        };
        foreach (var step in scenario.Steps)
        {
            var next = step;
            if (apart > 0 && drive.Now + step.After(scenario, drive.Now, 0) - last < apart && step.Act is Act.Try or Act.TryWhenTold)
            {
                next = step with { Act = Act.Look };
            }

            var count = drive.Ledger.Entries.Count;
            drive.Take(next);
            last = drive.Ledger.Entries.Count > count ? drive.Now : last;
        }
    }
}
