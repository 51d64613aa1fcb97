using System.Globalization;
using System.Text.RegularExpressions;
using RateLimited.Http.Dashboard.Tests.Hosting;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Dashboard.Tests.Metrics;

/// <summary>The metrics page is what Prometheus reads, under the names of the reference.</summary>
public sealed partial class MetricsPageTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_it_shows_has_a_name_of_the_reference_and_a_form_that_is_read()
    {
        await using var program = await WatchedProgram.StartAsync();
        await program.SendAsync(200);
        await program.SendAsync(500);

        var lines = (await FetchAsync(program)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var reference = await File.ReadAllTextAsync(Repository.PathOf("docs/reference/metrics.md"), Ended);
        var introduced = lines.Where(static line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(static line => line.Split(' ')[2]).ToList();
        introduced.ShouldBeUnique();
        introduced.ShouldContain("rate_limit_checks_total");
        introduced.ShouldContain("rate_limit_attempt_duration_seconds");
        introduced.ShouldAllBe(name => reference.Contains($"`{name}`", StringComparison.Ordinal));
        lines.Where(static line => !line.StartsWith('#')).ShouldAllBe(static line => Sample().IsMatch(line));
        lines.ShouldContain("rate_limit_checks_total{service=\"api\",result=\"admitted\"} 2");
        lines.ShouldContain("rate_limit_attempt_duration_seconds_count{service=\"api\",result=\"success\"} 1");
        lines.ShouldContain("rate_limit_attempt_duration_seconds_bucket{service=\"api\",result=\"server_error\",le=\"+Inf\"} 1");
        lines.ShouldContain("api_key_state{service=\"keyed\",key=\"first\",state=\"active\"} 1");
    }

    [Fact]
    public async Task Buckets_grow_and_end_with_the_count()
    {
        await using var program = await WatchedProgram.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await program.SendAsync(200);
        }

        var buckets = (await FetchAsync(program)).Split('\n')
            .Where(static line => line.StartsWith("rate_limit_attempt_duration_seconds_bucket", StringComparison.Ordinal))
            .Select(static line => long.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture))
            .ToList();

        buckets.Count.ShouldBeGreaterThan(10);
        buckets.ShouldBe(buckets.Order());
        buckets[^1].ShouldBe(5);
    }

    [Fact]
    public async Task Text_in_a_label_ends_neither_the_label_nor_the_line()
    {
        await using var program = await WatchedProgram.StartAsync();

        var text = await FetchAsync(program);

        text.ShouldContain("rate_limit_in_flight{service=\"<img src=x onerror=document.title='owned'>\\\"'&amp;{root}</script>\"} 0");
    }

    [Fact]
    public async Task Fetching_twice_counts_nothing_twice()
    {
        await using var program = await WatchedProgram.StartAsync();
        await program.SendAsync(200);

        var first = await FetchAsync(program);
        var second = await FetchAsync(program);

        Series(second).ShouldBe(Series(first));

        static List<string> Series(string text) => [.. text.Split('\n').Where(static line => line.StartsWith("rate_limit_checks", StringComparison.Ordinal) || line.StartsWith("api_keys", StringComparison.Ordinal))];
    }

    private static async Task<string> FetchAsync(WatchedProgram program)
    {
        using var client = program.Visitor(isOperator: true);
        using var response = await client.GetAsync(new Uri("/metrics", UriKind.Relative), Ended);
        response.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        return await response.Content.ReadAsStringAsync(Ended);
    }

    [GeneratedRegex("""^[a-z_0-9]+(\{([a-z_]+="([^"\\\n]|\\\\|\\"|\\n)*",?)+\})? ([-+]?[0-9.E+-]+|[+-]Inf|NaN)$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sample();
}
