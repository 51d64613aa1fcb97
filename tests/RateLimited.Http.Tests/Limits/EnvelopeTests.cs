using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>What each algorithm promises, over the whole range of its figures, whatever is given back or settled.</summary>
public sealed class EnvelopeTests
{
    [Fact]
    public void Sliding_window_holds_in_every_interval_as_long_as_the_window() => Holds.For(Scenarios.Any, static scenario =>
    {
        Drive drive = null!;
        drive = new Drive(new SlidingWindow(scenario.Quota, scenario.Window), scenario)
        {
            AfterStep = admitted =>
            {
                if (admitted is not null)
                {
                    (drive.Ledger.Within(scenario.Window + scenario.Guard) <= scenario.Quota).ShouldBeTrue();
                }
            },
        };
        drive.Run();
    });

    [Fact]
    public void Token_bucket_holds_in_every_interval_of_any_length() => Holds.For(Scenarios.Any, static scenario =>
    {
        Drive drive = null!;
        drive = new Drive(new TokenBucket(scenario.Quota, scenario.Window, scenario.Burst), scenario)
        {
            CountsMoreAtOnce = true,
            AfterStep = admitted =>
            {
                if (admitted is not null)
                {
                    (drive.Ledger.ExcessOverBucket(scenario.Quota, scenario.Window, ((TokenBucket)drive.Rule).Burst, scenario.Guard) <= 0).ShouldBeTrue();
                }
            },
        };
        drive.Run();
    });

    [Fact]
    public void Concurrency_never_admits_more_than_the_quota() => Holds.For(Scenarios.Any, static scenario =>
    {
        Drive drive = null!;
        drive = new Drive(new Concurrency(scenario.Quota), scenario)
        {
            AfterStep = admitted =>
            {
                var held = drive.Ledger.Sends.Aggregate(Int128.Zero, static (sum, entry) => sum + entry.Amount + entry.More);
                drive.Rule.Used(ref drive.State, drive.At).ShouldBe((long)held);
                if (admitted is not null)
                {
                    (held <= scenario.Quota).ShouldBeTrue();
                }
            },
            Refused = static (_, earliest) => earliest.ShouldBe(LimitRule.Never),
        };
        drive.Run();
    });
}
