using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Telemetry.Traffic;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Dashboard.Tests.Traffic;

/// <summary>Shares of any number of names take a fixed number of places, and are right to within one of them.</summary>
public sealed class TopSharesTests
{
    private const int Names = 400;

    // Few names have much, and many have little: the place of a name is a number times a number, most of which are small.
    private static readonly Gen<(int Name, int Other)[]> Requests = (from one in Gen.Choose(0, 19) from other in Gen.Choose(0, 20) select (one, other)).ArrayOf(3_000);

    [Fact]
    public void What_is_counted_is_never_more_than_the_truth_and_less_by_no_more_than_one_place() => Holds.For(
        Requests,
        static requests =>
        {
            var (shares, truth) = (new TopShares(), new int[Names]);
            foreach (var (one, other) in requests)
            {
                var name = one * other;
                shares.Add(name == 0 ? null : $"tenant {name}");
                truth[name]++;
            }

            shares.All.ShouldBe(requests.Length);
            shares.Unnamed.ShouldBe(truth[0]);
            shares.Counts.Count.ShouldBeLessThanOrEqualTo(TopShares.Places);
            for (var name = 1; name < Names; name++)
            {
                shares.Counts.GetValueOrDefault($"tenant {name}").ShouldBeInRange(Math.Max(truth[name] - shares.Missed, 0), truth[name]);
            }

            shares.Missed.ShouldBeInRange(0, requests.Length / TopShares.Places);
        },
        share: 40);

    [Fact]
    public void A_flood_of_names_takes_no_more_places_and_does_not_hide_who_has_much()
    {
        var shares = new TopShares();
        for (var i = 0; i < 100_000; i++)
        {
            shares.Add($"{i}");
            shares.Add(i % 10 == 0 ? "acme" : null);
        }

        shares.Counts.Count.ShouldBeLessThanOrEqualTo(TopShares.Places);
        shares.Counts["acme"].ShouldBeInRange(10_000 - (200_000 / TopShares.Places), 10_000);
    }

    [Fact]
    public void A_name_without_end_is_cut()
    {
        var shares = new TopShares();
        shares.Add(new string('x', 1_000_000));

        shares.Counts.Keys.ShouldHaveSingleItem().Length.ShouldBe(TopShares.LongestName);
    }
}
