using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;
using RateLimited.Http.Tests.Limits.Models;

namespace RateLimited.Http.Tests.Limits;

/// <summary>The bucket beside one of fractions of any size: no decision, no hint and no count may differ.</summary>
public sealed class TokenBucketReferenceTests
{
    [Fact]
    public void Decides_and_tells_exactly_as_a_bucket_of_fractions_does() => Holds.For(Scenarios.Any, static scenario => Compare(scenario with { Guard = 0 }));

    [Fact]
    public void Decides_and_tells_exactly_as_a_bucket_of_fractions_does_when_it_is_small() =>
        Holds.For(Scenarios.Small, static scenario => Compare(scenario with { Guard = 0, Burst = 1 + (scenario.Burst % 50) }));

    private static void Compare(Scenario scenario)
    {
        var bucket = new TokenBucket(scenario.Quota, scenario.Window, scenario.Burst);
        var model = new BucketModel(scenario.Quota, scenario.Window, bucket.Burst, scenario.Start);
        Drive drive = null!;
        drive = new Drive(bucket, scenario)
        {
            CanGiveBack = false,
            CountsMoreAtOnce = true,
            Refused = (cost, told) => model.Earliest(drive.Now, cost).ShouldBe(told),
            AfterStep = _ => Follow(drive, model, bucket.Burst),
        };
        drive.Run();
    }

    private static void Follow(Drive drive, BucketModel model, long burst)
    {
        foreach (var entry in drive.Ledger.Entries.Where(static entry => entry.Receipt != long.MinValue))
        {
            if (entry.IsSend)
            {
                model.Earliest(drive.Now, entry.Cost).ShouldBe(drive.Now);
            }

            model.Take(drive.Now, entry.Cost);
            entry.Receipt = long.MinValue;
        }

        drive.Rule.Used(ref drive.State, drive.At).ShouldBe(model.Used(drive.Now));
        foreach (var cost in (ReadOnlySpan<long>)[1, Math.Max(burst / 2, 1), burst])
        {
            drive.Rule.Earliest(ref drive.State, drive.At, cost).ShouldBe(model.Earliest(drive.Now, cost));
        }
    }
}
