namespace RateLimited.Http.Tests.Monitoring;

public sealed class PromQueryTests
{
    [Theory]
    [InlineData("up", "up")]
    [InlineData("sum by (service, result) (rate(a_total{service=~\"x|y\"}[5m] offset 1h)) > 1e-9", "a_total")]
    [InlineData("a:b:c unless on (service) group_left (limit) d or 0 * e{x=\"f\"}", "a:b:c d e")]
    [InlineData("histogram_quantile(0.95, sum by (le) (rate(h_bucket[5m]))) # and not z", "h_bucket")]
    [InlineData("max by (service) (by_itself)\n  and\nor_else", "by_itself or_else")]
    public void Its_metrics_are_found(string query, string metrics) => string.Join(' ', PromQuery.MetricsOf(query)).ShouldBe(metrics);

    [Fact]
    public void The_reference_names_histograms_by_their_parts()
    {
        var reference = ReferenceNames.All();

        reference.ShouldContain("rate_limit_checks_total");
        reference.ShouldContain("rate_limit_wait_duration_seconds_bucket");
        reference.ShouldNotContain("rate_limit_wait_duration_seconds");
        reference.Count.ShouldBeGreaterThan(30);
    }
}
