using System.Globalization;
using RateLimited.Http.Signals;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Signals;

public sealed class HeaderFormsTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Theory]
    [InlineData("120", 120)]
    [InlineData("0", 0)]
    [InlineData("1.5", 1.5)]
    [InlineData(" 7 ", 7.0)]
    [InlineData("120, 240", 240.0)]
    [InlineData("-1", null)]
    [InlineData("+5", null)]
    [InlineData("1e3", null)]
    [InlineData("0x10", null)]
    [InlineData("٣", null)]
    [InlineData("", null)]
    [InlineData("soon", null)]
    [InlineData("Mon, 30 Mar 2026 13:12:32 GMT", 0.0)]
    public void Retry_after_is_a_wait_or_nothing(string value, object? seconds) =>
        Reading.Of(429, ("retry-after", value)).Signal.RetryAfter.ShouldBe(seconds is null ? null : TimeSpan.FromSeconds(Convert.ToDouble(seconds, CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("2147483647")]
    [InlineData("2147483648")]
    [InlineData("99999999999")]
    [InlineData("99999999999999999999999999")]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT")]
    [InlineData("86401")]
    public void A_wait_beyond_the_bound_is_bounded_and_marked(string value)
    {
        var signal = Reading.Of(null, 429, null, Reading.Now, Day, ("retry-after", value)).Signal;

        signal.RetryAfter.ShouldBe(Day);
        signal.Verdict.Wait.ShouldBe(Day);
        signal.Flags.ShouldBe(SignalFlags.RetryAfterExceedsBound);
        signal.AnnouncedRetryAfter!.Value.ShouldBeGreaterThan(Day);
    }

    [Fact]
    public void Milliseconds_count_before_seconds()
    {
        Reading.Of(429, ("retry-after", "1"), ("retry-after-ms", "520")).Signal.RetryAfter.ShouldBe(TimeSpan.FromMilliseconds(520));
        Reading.Of(429, ("x-ms-retry-after-ms", "250")).Signal.RetryAfter.ShouldBe(TimeSpan.FromMilliseconds(250));
        Reading.Of(429, ("retry-after", "30"), ("retry-after-ms", "nonsense")).Signal.RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));
        Reading.Of(429, ("retry-after", "30"), ("retry-after-ms", "1")).Signal.RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData(-86_400)]
    [InlineData(-3_600)]
    [InlineData(0)]
    [InlineData(59)]
    [InlineData(86_400)]
    public void Instants_count_by_the_upstreams_clock(int skew)
    {
        var upstream = Reading.Now.AddSeconds(skew);
        var signal = Reading.Of("okta", 429, null, ("date", upstream.ToString("r", CultureInfo.InvariantCulture)), ("retry-after", upstream.AddSeconds(30).ToString("r", CultureInfo.InvariantCulture)),
            ("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", upstream.AddSeconds(58).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)));

        signal.Signal.RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));
        signal.Only().ResetAfter.ShouldBe(TimeSpan.FromSeconds(58));
    }

    [Fact]
    public void A_date_that_cannot_be_the_upstreams_clock_is_not_believed() =>
        Reading.Of("okta", 429, null, ("date", "Thu, 01 Jan 1970 00:00:00 GMT"), ("retry-after", Reading.Now.AddSeconds(30).ToString("r", CultureInfo.InvariantCulture)))
            .Signal.RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));

    [Theory]
    [InlineData("-99999999999999999999")]
    [InlineData("")]
    [InlineData("99999999999999999999999999999999")]
    [InlineData("1000000001")]
    [InlineData("-5")]
    public void A_reset_that_cannot_be_meant_is_none(string value)
    {
        var hint = Reading.Of(429, ("x-ratelimit-limit", "5"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", value)).Only();

        hint.ResetAfter.ShouldBeNull();
        hint.Remaining.ShouldBe(0);
    }

    [Fact]
    public void Of_conflicting_lines_the_most_restrictive_counts()
    {
        var hint = Reading.Of(200, ("x-ratelimit-limit", "500"), ("X-RateLimit-Limit", "50"), ("x-ratelimit-remaining", "0"), ("X-RateLimit-Remaining", "500"), ("x-ratelimit-reset", "5, 60")).Only();

        hint.Limit.ShouldBe(50);
        hint.Remaining.ShouldBe(0);
        hint.ResetAfter.ShouldBe(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void The_third_draft_announces_policies_beside_the_limit()
    {
        var reading = Reading.Of(200, ("ratelimit-limit", "100, 100;w=60, 10000;window=86400"), ("ratelimit-remaining", "7"), ("ratelimit-reset", "30"));
        var limits = reading.Signal.Limits.Span;

        limits.Length.ShouldBe(2);
        limits[0].Limit.ShouldBe(100);
        limits[0].Window.ShouldBe(TimeSpan.FromMinutes(1));
        limits[0].Remaining.ShouldBe(7);
        limits[1].Limit.ShouldBe(10_000);
        limits[1].Window.ShouldBe(Day);
        limits[1].Remaining.ShouldBeNull();
    }

    [Fact]
    public void The_eighth_draft_has_units_and_keys()
    {
        var reading = Reading.Of(200, ("ratelimit-policy", "\"bytes\";q=65535;qu=\"content-bytes\";w=10;pk=:sdfjLJUOUH==:, \"a,b;c\";q=5"), ("ratelimit", "\"a,b;c\";r=1"));

        reading.Limit("bytes")!.Value.Unit.ShouldBe("content-bytes");
        reading.Limit("bytes")!.Value.PartitionKey.ToString().ShouldBe("sdfjLJUOUH==");
        reading.Limit("a,b;c")!.Value.Remaining.ShouldBe(1);
    }

    [Theory]
    [InlineData("x-ratelimit-limit-req-10-second", "requests", 10)]
    [InlineData("x-ratelimit-limit-tokens-minute", "tokens", 60)]
    [InlineData("x-ratelimit-limit-tokens-5-minute", "tokens", 300)]
    [InlineData("x-ratelimit-limit-24hour", "requests", 86_400)]
    [InlineData("x-ratelimit-limit-day", "requests", 86_400)]
    [InlineData("x-ratelimit-limit-audio-seconds", "audio-seconds", 0)]
    [InlineData("x-ratelimit-limit-project-tokens", "project-tokens", 0)]
    public void Names_tell_units_and_windows(string header, string unit, int seconds)
    {
        var hint = Reading.Of(200, (header, "5")).Only();

        hint.Unit.ShouldBe(unit);
        hint.Window.ShouldBe(seconds == 0 ? null : TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void Sixteen_limits_have_room()
    {
        var headers = Enumerable.Range(0, 40).Select(static i => ($"x-ratelimit-limit-u{i.ToString(CultureInfo.InvariantCulture)}", "5")).ToArray();

        Reading.Of(200, headers).Signal.Limits.Count.ShouldBe(LimitHints.Capacity);
    }

    [Fact]
    public void A_dialect_of_ones_own_is_a_description()
    {
        var dialect = new HeaderDialect("acme")
        {
            Rules =
            [
                new(HeaderField.Remaining, "x-acme-{limit}-left"),
                new(HeaderField.Limit, "x-acme-{limit}-of"),
                new(HeaderField.Reset, "x-acme-{limit}-at", ValueFormat.EpochMilliseconds),
            ],
        };
        using var response = Reading.Response(200, ("X-Acme-Tokens-Left", "3"), ("X-Acme-Tokens-Of", "10"), ("X-Acme-Tokens-At", "1774962810000"), ("x-ratelimit-remaining", "0"));
        new SignalReader(dialect, Day).Read(response, default, Reading.Now, out var signal);

        signal.Limits.Count.ShouldBe(1);
        signal.Limits.Span[0].Unit.ShouldBe("tokens");
        signal.Limits.Span[0].Remaining.ShouldBe(3);
        signal.Limits.Span[0].Limit.ShouldBe(10);
        signal.Limits.Span[0].ResetAfter.ShouldBe(TimeSpan.FromSeconds(58));
    }

    [Theory]
    [InlineData("openai", "x-ratelimit-limit-requests", "x-ratelimit-reset-tokens")]
    [InlineData("azure-openai", "x-ratelimit-limit-requests", "x-ratelimit-renewalperiod-requests")]
    [InlineData("anthropic", "anthropic-ratelimit-output-tokens-limit", "anthropic-ratelimit-output-tokens-reset")]
    [InlineData("github", "x-ratelimit-limit", "x-ratelimit-resource")]
    [InlineData("x-ratelimit", "x-ratelimit-limit", "x-ratelimit-remaining")]
    [InlineData("ietf", "ratelimit", "ratelimit-policy")]
    [InlineData("discord", "x-ratelimit-limit", "x-ratelimit-bucket")]
    [InlineData("hubspot", "x-hubspot-ratelimit-daily", "x-hubspot-ratelimit-secondly")]
    [InlineData("mistral", "x-ratelimit-limit-tokens-month", "x-ratelimit-tokens-query-cost")]
    [InlineData("kong", "x-ratelimit-limit-second", "ratelimit-reset")]
    [InlineData("gitlab", "ratelimit-limit", "ratelimit-observed")]
    [InlineData(null, "server", "date")]
    public void A_dialect_is_recognised_from_names(string? dialect, string first, string second) =>
        Reading.Of(200, (first, "1"), (second, "1")).Signal.Dialect?.Name.ShouldBe(dialect);

    [Fact]
    public void Load_and_penalties_are_told()
    {
        var graph = Reading.Of("microsoft-graph", 200, null, ("x-ms-throttle-limit-percentage", "0.85"), ("x-ms-resource-unit", "3")).Signal;

        graph.LoadPermille.ShouldBe(850);
        graph.Cost.ShouldBe(3);
        graph.Flags.ShouldBe(SignalFlags.NearLimit);
        Reading.Of("stripe", 409, null, ("stripe-should-retry", "true")).Signal.Flags.ShouldBe(SignalFlags.ShouldRetry);
        Reading.Of("azure-openai", 200, null, ("x-ratelimit-abusepenalty-active", "True")).Signal.Flags.ShouldBe(SignalFlags.Penalty);
    }

    [Fact]
    public void What_one_response_said_is_not_said_of_the_next()
    {
        using var full = Reading.Response(429, [
            ("x-ratelimit-limit-requests", "10"), ("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "1s"), ("retry-after", "7200"), ("x-ratelimit-bucket", "b"),
            ("x-ratelimit-scope", "user"), ("ratelimit-reason", "r"), ("x-amzn-errortype", "Throttling"), ("x-ms-resource-unit", "3"), ("x-ms-throttle-limit-percentage", "0.9")]);
        using var empty = Reading.Response(200, []);
        var reader = new SignalReader(dialect: null, TimeSpan.FromHours(1));
        reader.Read(full, """{ "error": { "code": "insufficient_quota" } }"""u8, Reading.Now, out var signal);
        signal.Limits.Count.ShouldBeGreaterThan(0);

        // Into the same place: whatever is not said anew must be gone.
        reader.Read(empty, default, Reading.Now, out signal);
        reader.Read(empty, default, Reading.Now, out var fresh);

        signal.Limits.Count.ShouldBe(0);
        foreach (var property in typeof(UpstreamSignal).GetProperties().Where(static property => property.PropertyType is { IsByRef: false }))
        {
            property.GetValue(signal).ShouldBe(property.GetValue(fresh), property.Name);
            property.GetValue(signal).ShouldBe(property.GetValue(default(UpstreamSignal)), property.Name);
        }
    }

    [Theory]
    [Fault("H07")]
    [InlineData(0)]
    [InlineData(-86_400)]
    [InlineData(86_400)]
    [InlineData(-3_599)]
    [InlineData(47 * 3_600)]
    public void H07_a_date_is_counted_from_the_upstreams_own_clock(int skew)
    {
        var upstream = Reading.Now.AddSeconds(skew);

        var reading = Reading.Of(null, 429, null, Reading.Now, TimeSpan.FromHours(1), ("Date", upstream.ToString("r")), ("Retry-After", upstream.AddSeconds(90).ToString("r")));

        reading.Signal.RetryAfter.ShouldBe(TimeSpan.FromSeconds(90));
    }

    [Theory]
    [Fault("H07")]
    [InlineData("Fri, 01 Jan 1999 00:00:00 GMT")]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT")]
    [InlineData("yesterday")]
    public void H07_a_clock_that_nobody_can_mean_is_not_believed_and_nothing_is_waited_for_longer_than_any_hint(string date)
    {
        var reading = Reading.Of(null, 429, null, Reading.Now, TimeSpan.FromHours(1), ("Date", date), ("Retry-After", Reading.Now.AddSeconds(90).ToString("r")));

        reading.Signal.RetryAfter.ShouldBe(TimeSpan.FromSeconds(90));
        Reading.Of(null, 429, null, Reading.Now, TimeSpan.FromHours(1), ("Date", date), ("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT")).Signal.RetryAfter.ShouldBe(TimeSpan.FromHours(1));
    }
}
