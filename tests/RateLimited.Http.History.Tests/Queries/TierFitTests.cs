using static RateLimited.Http.History.Tests.Queries.Recorded;

namespace RateLimited.Http.History.Tests.Queries;

public sealed class TierFitTests
{
    private static readonly Dictionary<string, string> Anthropic = new(StringComparer.OrdinalIgnoreCase) { ["shop"] = "claude" };

    [Theory]
    [InlineData(30, "tier-1")]
    [InlineData(41, "start")]
    [InlineData(800, "start")]
    [InlineData(801, "scale")]
    [InlineData(3_300, null)]
    public void The_tier_that_fits_best_leaves_a_fifth_of_each_quota_and_no_more_than_it_must(long requests, string? best)
    {
        var tiers = Report([Minute(Start, Limit(requests, quota: 4_000), Limit(5_000, quota: 100_000, unit: "output-tokens"))], presets: Anthropic).Tiers;

        tiers.Select(static tier => tier.Tier).ShouldBe(["start", "scale", "tier-1"]);
        tiers.SingleOrDefault(static tier => tier.IsBest)?.Tier.ShouldBe(best);
        tiers.Any(static tier => tier.IsBest).ShouldBe(best is not null);
        tiers.ShouldAllBe(static tier => tier.Compared == 2 && tier.Preset == "anthropic");
    }

    [Fact]
    public void The_limit_with_the_least_room_decides() =>
        Report([Minute(Start, Limit(1), Limit(7_000, quota: 8_000, unit: "output-tokens"))], presets: Anthropic).Tiers.Single(static tier => tier.Tier == "tier-1").ShouldBe(
            new TierReport("anthropic", "tier-1", Fits: false, 0.875, "output-tokens", 2, IsBest: false));

    [Fact]
    public void A_limit_of_another_window_unit_or_endpoint_is_not_compared() => Report(
        [Minute(Start, Limit(1, window: TimeSpan.FromHours(1)), Limit(1, unit: "tokens"), Limit(1, partition: "endpoint GET /x"))], presets: Anthropic).Tiers.ShouldBeEmpty();

    [Fact]
    public void A_service_that_is_called_as_a_provider_is_compared_with_it()
    {
        var minute = Minute(Start, Limit(10, window: TimeSpan.FromHours(1))) with { Service = "github" };

        HistoryReport.Of(ReportPeriod.Day(Today), [minute]).Services.Single().Tiers.ShouldNotBeEmpty();
        Report([Minute(Start, Limit(10))]).Tiers.ShouldBeEmpty();
    }
}
