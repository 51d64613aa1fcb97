using System.Globalization;
using RateLimited.Http.Signals;
using RateLimited.Http.Signals.Classification;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Signals;

public sealed class ClassificationTests
{
    [Theory]
    [InlineData(200, ResponseKind.Fine, ResponseScope.Request)]
    [InlineData(204, ResponseKind.Fine, ResponseScope.Request)]
    [InlineData(304, ResponseKind.Fine, ResponseScope.Request)]
    [InlineData(400, ResponseKind.Rejected, ResponseScope.Request)]
    [InlineData(401, ResponseKind.RefusedKey, ResponseScope.Key)]
    [InlineData(403, ResponseKind.Permission, ResponseScope.Endpoint)]
    [InlineData(404, ResponseKind.Rejected, ResponseScope.Request)]
    [InlineData(408, ResponseKind.ServerFault, ResponseScope.Service)]
    [InlineData(409, ResponseKind.Rejected, ResponseScope.Request)]
    [InlineData(422, ResponseKind.Rejected, ResponseScope.Request)]
    [InlineData(429, ResponseKind.Limited, ResponseScope.Key)]
    [InlineData(500, ResponseKind.ServerFault, ResponseScope.Service)]
    [InlineData(502, ResponseKind.ServerFault, ResponseScope.Service)]
    [InlineData(503, ResponseKind.Overloaded, ResponseScope.Service)]
    [InlineData(504, ResponseKind.ServerFault, ResponseScope.Service)]
    [InlineData(529, ResponseKind.Overloaded, ResponseScope.Service)]
    internal void A_status_alone(int status, ResponseKind kind, ResponseScope scope) => Reading.Of(status).Signal.Verdict.ShouldBe(new Verdict(kind, scope));

    [Theory]
    [InlineData("openai", 429, """{"error":{"code":"insufficient_quota"}}""", ResponseKind.Exhausted, QuotaHorizon.Billing)]
    [InlineData("hubspot", 429, """{"errorType":"RATE_LIMIT","policyName":"DAILY"}""", ResponseKind.Exhausted, QuotaHorizon.AccountMidnight)]
    [InlineData("hubspot", 429, """{"errorType":"RATE_LIMIT","policyName":"TEN_SECONDLY_ROLLING"}""", ResponseKind.Limited, QuotaHorizon.Unknown)]
    [InlineData("google", 429, """{"error":{"status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"XPerMinuteY"},{"quotaId":"XPerDayY"}]}]}}""", ResponseKind.Exhausted, QuotaHorizon.PacificMidnight)]
    [InlineData("google", 429, """{"error":{"status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"XPerMinuteY"}]}]}}""", ResponseKind.Limited, QuotaHorizon.Unknown)]
    [InlineData("google", 403, """{"error":{"errors":[{"domain":"youtube.quota","reason":"quotaExceeded"}],"code":403}}""", ResponseKind.Exhausted, QuotaHorizon.PacificMidnight)]
    [InlineData("google", 403, """{"error":{"errors":[{"reason":"userRateLimitExceeded"}]}}""", ResponseKind.Limited, QuotaHorizon.Unknown)]
    [InlineData("google", 400, """{"error":{"status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}""", ResponseKind.RefusedKey, QuotaHorizon.Unknown)]
    [InlineData("x", 429, """{"type":"https://api.twitter.com/2/problems/usage-capped"}""", ResponseKind.Exhausted, QuotaHorizon.Unknown)]
    [InlineData("x", 429, """{"type":"https://api.twitter.com/2/problems/rate-limit-exceeded"}""", ResponseKind.Limited, QuotaHorizon.Unknown)]
    [InlineData("x", 429, """{"errors":[{"code":88,"message":"Rate limit exceeded"}]}""", ResponseKind.Limited, QuotaHorizon.Unknown)]
    [InlineData("anthropic", 529, """{"type":"error","error":{"type":"overloaded_error"}}""", ResponseKind.Overloaded, QuotaHorizon.Unknown)]
    [InlineData("anthropic", 500, """{"type":"error","error":{"type":"overloaded_error"}}""", ResponseKind.Overloaded, QuotaHorizon.Unknown)]
    [InlineData("anthropic", 429, """{"type":"error","error":{"type":"rate_limit_error"}}""", ResponseKind.Limited, QuotaHorizon.Unknown)]
    [InlineData("salesforce", 403, """[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]""", ResponseKind.Exhausted, QuotaHorizon.Unknown)]
    [InlineData("aws", 400, """{"__type":"com.amazon.coral#ThrottlingException"}""", ResponseKind.Limited, QuotaHorizon.Unknown)]
    [InlineData("aws", 503, """{"__type":"SlowDown"}""", ResponseKind.Limited, QuotaHorizon.Unknown)]
    [InlineData("notion", 529, """{"code":"service_overload"}""", ResponseKind.Overloaded, QuotaHorizon.Unknown)]
    [InlineData("notion", 429, """{"code":"rate_limited"}""", ResponseKind.Limited, QuotaHorizon.Unknown)]
    [InlineData("slack", 200, """{"ok":false,"error":"ratelimited"}""", ResponseKind.Limited, QuotaHorizon.Unknown)]
    [InlineData("slack", 200, """{"ok":false,"error":"token_revoked"}""", ResponseKind.RefusedKey, QuotaHorizon.Unknown)]
    [InlineData("slack", 200, """{"ok":true,"error":"ratelimited"}""", ResponseKind.Fine, QuotaHorizon.Unknown)]
    [InlineData("openai", 200, """{"error":{"code":"insufficient_quota"}}""", ResponseKind.Fine, QuotaHorizon.Unknown)]
    [InlineData("github-graphql", 200, """{"data":null,"errors":[{"type":"RATE_LIMITED"}]}""", ResponseKind.Limited, QuotaHorizon.Unknown)]
    [InlineData("github-graphql", 200, """{"data":{"type":"RATE_LIMITED"}}""", ResponseKind.Fine, QuotaHorizon.Unknown)]
    [InlineData("openai", 403, """{"error":{"code":"account_deactivated"}}""", ResponseKind.RefusedKey, QuotaHorizon.Unknown)]
    [InlineData("ietf", 503, """{"type":"https://iana.org/assignments/http-problem-types#temporary-reduced-capacity"}""", ResponseKind.Overloaded, QuotaHorizon.Unknown)]
    [InlineData("reddit", 429, """{"json":{"errors":[["RATELIMIT","Try again in 3 minutes","ratelimit"]]}}""", ResponseKind.Limited, QuotaHorizon.Unknown)]
    [InlineData("reddit", 200, """{"json":{"errors":[["RATELIMIT","Take a break for 3 minutes before trying again.","ratelimit"]],"ratelimit":179.5}}""", ResponseKind.Limited, QuotaHorizon.Unknown)]
    [InlineData("reddit", 200, """{"json":{"errors":[],"data":{"error":"RATELIMIT","errors":[["RATELIMIT"]]}}}""", ResponseKind.Fine, QuotaHorizon.Unknown)]
    [InlineData("x", 420, "", ResponseKind.Limited, QuotaHorizon.Unknown)]
    [InlineData("shopify", 430, "", ResponseKind.Limited, QuotaHorizon.Unknown)]
    [InlineData("groq", 498, "", ResponseKind.Overloaded, QuotaHorizon.Unknown)]
    internal void What_a_provider_says(string dialect, int status, string body, ResponseKind kind, QuotaHorizon horizon)
    {
        var verdict = Reading.Of(dialect, status, body).Signal.Verdict;

        verdict.Kind.ShouldBe(kind);
        verdict.Horizon.ShouldBe(horizon);
    }

    [Fact]
    public void Shopifys_points_are_a_bucket_and_tell_when_a_query_fits()
    {
        const string Body = """
            {"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],
             "extensions":{"cost":{"requestedQueryCost":120,"actualQueryCost":null,"throttleStatus":{"maximumAvailable":1000.0,"currentlyAvailable":20,"restoreRate":50.0}}}}
            """;
        var reading = Reading.Of("shopify-graphql", 200, Body);

        reading.Signal.Verdict.Kind.ShouldBe(ResponseKind.Limited);
        reading.Signal.Verdict.Wait.ShouldBe(TimeSpan.FromSeconds(2));
        reading.Only().Limit.ShouldBe(1000);
        reading.Only().Remaining.ShouldBe(20);
        reading.Only().Refill.ShouldBe(50);
    }

    [Theory]
    [InlineData("""{"error":{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}]}}""", 34.0)]
    [InlineData("""{"message":"x","retry_after":64.5,"global":false}""", 64.5)]
    [InlineData("""{"error":{"retry_after_ms":1500}}""", 1.5)]
    [InlineData("""{"data":{"retry_after":1500}}""", null)]
    public void A_body_can_ask_to_wait(string body, double? seconds) =>
        Reading.Of(null, 429, body).Signal.Verdict.Wait.ShouldBe(seconds is { } wait ? TimeSpan.FromSeconds(wait) : null);

    [Theory]
    [InlineData("discord", """{"global":true}""", ResponseScope.Service)]
    [InlineData("discord", """{"global":false}""", ResponseScope.Endpoint)]
    [InlineData("openrouter", """{"error":{"code":429,"metadata":{"provider_name":"Acme","raw":"busy"}}}""", ResponseScope.Service)]
    [InlineData("openrouter", """{"error":{"code":429}}""", ResponseScope.Key)]
    [InlineData("okta", """{"errorCode":"E0000047"}""", ResponseScope.Endpoint)]
    internal void Whom_a_refusal_concerns(string dialect, string body, ResponseScope scope) => Reading.Of(dialect, 429, body).Signal.Verdict.Scope.ShouldBe(scope);

    [Theory]
    [InlineData("jira-burst-based", ResponseScope.Endpoint)]
    [InlineData("Jira-per-issue-on-write", ResponseScope.Endpoint)]
    [InlineData("jira-quota-global-based", ResponseScope.Key)]
    [InlineData("", ResponseScope.Key)]
    internal void Jiras_reason_says_whom_a_refusal_concerns(string reason, ResponseScope scope) => Reading.Of("jira", 429, null, ("ratelimit-reason", reason)).Signal.Verdict.Scope.ShouldBe(scope);

    [Fact]
    public void GitHubs_hidden_limit_waits_a_minute_where_no_header_tells() =>
        Reading.Of("github", 403, """{"message":"You have exceeded a secondary rate limit."}""", ("x-ratelimit-remaining", "4000")).Signal.Verdict.Wait.ShouldBe(TimeSpan.FromMinutes(1));

    [Fact]
    public void What_is_unpaid_returns_when_somebody_pays() => Reading.Of(402).Signal.Verdict.ShouldBe(new Verdict(ResponseKind.Exhausted, ResponseScope.Key) { Horizon = QuotaHorizon.Billing });

    [Fact]
    public void An_error_code_in_a_header_counts() =>
        Reading.Of("aws", 400, null, ("x-amzn-errortype", "ThrottlingException:http://internal.amazon.com/coral/")).Signal.Verdict.Kind.ShouldBe(ResponseKind.Limited);

    [Theory]
    [Fault("H19")]
    [InlineData("openai", 429, "<html>Too many requests from your address</html>", ResponseKind.Limited, null)]
    [InlineData("openai", 403, "<html>Attention required: are you human?</html>", ResponseKind.Permission, null)]
    [InlineData("github", 403, "Request forbidden by administrative rules.", ResponseKind.Permission, null)]
    [InlineData("openai", 503, "<html>Down for maintenance</html>", ResponseKind.Overloaded, 120)]
    [InlineData("openai", 502, "<html>Bad gateway</html>", ResponseKind.ServerFault, null)]
    [InlineData("openai", 200, """{"error":{"code":"rate_limit_exceeded"}}""", ResponseKind.Fine, null)]
    [InlineData("slack", 200, """{"ok":false,"error":"ratelimited"}""", ResponseKind.Limited, 120)]
    [InlineData("slack", 200, "<html>Sign in</html>", ResponseKind.Fine, null)]
    internal void H19_what_stands_before_an_upstream_is_read_with_care(string dialect, int status, string body, ResponseKind kind, int? seconds)
    {
        (string, string)[] headers = seconds is null ? [] : [("retry-after", "120")];

        var verdict = Reading.Of(dialect, status, body, headers).Signal.Verdict;

        (verdict.Kind, verdict.Wait).ShouldBe((kind, seconds is { } wait ? TimeSpan.FromSeconds(wait) : null));
    }

    [Fact]
    public void A_quota_of_which_nothing_is_left_until_tomorrow_is_used_up()
    {
        var reset = Reading.Now.AddHours(20).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        (string, string)[] headers = [("x-rate-limit-remaining", "5"), ("x-app-limit-24hour-limit", "50000"), ("x-app-limit-24hour-remaining", "0"), ("x-app-limit-24hour-reset", reset)];

        var verdict = Reading.Of("x", 429, null, Reading.Now, TimeSpan.FromHours(1), headers).Signal.Verdict;
        (verdict.Kind, verdict.Scope, verdict.Horizon, verdict.Returns).ShouldBe((ResponseKind.Exhausted, ResponseScope.Endpoint, QuotaHorizon.Wait, TimeSpan.FromHours(20)));

        // Whoever says when to come back knows better, and a success refuses nothing.
        Reading.Of("x", 429, null, Reading.Now, TimeSpan.FromHours(1), [.. headers, ("retry-after", "5")]).Signal.Verdict.ShouldBe(new Verdict(ResponseKind.Limited, ResponseScope.Endpoint) { Wait = TimeSpan.FromSeconds(5), RetryAfterApplies = true });
        Reading.Of("x", 200, null, Reading.Now, TimeSpan.FromHours(1), headers).Signal.Verdict.Kind.ShouldBe(ResponseKind.Fine);
    }

    [Theory]
    [InlineData("hubspot", "x-hubspot-ratelimit-daily-remaining", ResponseKind.Exhausted, QuotaHorizon.AccountMidnight)]
    [InlineData(null, "x-hubspot-ratelimit-daily-remaining", ResponseKind.Exhausted, QuotaHorizon.AccountMidnight)]
    [InlineData("hubspot", "x-hubspot-ratelimit-secondly-remaining", ResponseKind.Limited, QuotaHorizon.Unknown)]
    [InlineData("mistral", "x-ratelimit-remaining-tokens-month", ResponseKind.Exhausted, QuotaHorizon.Unknown)]
    [InlineData("mistral", "x-ratelimit-remaining-tokens-minute", ResponseKind.Limited, QuotaHorizon.Unknown)]
    internal void A_long_windows_quota_of_which_nothing_is_left_is_used_up_though_nobody_says_until_when(string? dialect, string header, ResponseKind kind, QuotaHorizon horizon)
    {
        var verdict = VerdictOf(429, (header, "0"));

        (verdict.Kind, verdict.Horizon, verdict.Wait).ShouldBe((kind, horizon, null));

        // Something is left, somebody says when to come back, or nothing was refused.
        VerdictOf(429, (header, "1")).Kind.ShouldBe(ResponseKind.Limited);
        VerdictOf(429, (header, "0"), ("retry-after", "5")).Kind.ShouldBe(ResponseKind.Limited);
        VerdictOf(200, (header, "0")).Kind.ShouldBe(ResponseKind.Fine);

        Verdict VerdictOf(int status, params (string, string)[] headers) => Reading.Of(dialect, status, null, Reading.Now, TimeSpan.FromHours(1), headers).Signal.Verdict;
    }

    [Theory]
    [InlineData("{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"cut o")]
    [InlineData("{\"error\":{\"code\":\"insufficient_quota\"}} trailing")]
    [InlineData("\uFEFF{\"error\":{\"code\":\"insufficient_quota\"}}")]
    [InlineData("{\"error\":{\"code\":\"insufficient\\u005fquota\"}}")]
    public void A_body_that_is_cut_or_malformed_says_what_was_read(string body) => Reading.Of("openai", 429, body).Signal.Verdict.Kind.ShouldBe(ResponseKind.Exhausted);

    [Theory]
    [InlineData(200, "openai", "POST", false)]
    [InlineData(429, "openai", "POST", true)]
    [InlineData(200, "slack", "GET", true)]
    [InlineData(301, "slack", "GET", false)]
    [InlineData(200, "reddit", "POST", true)]
    [InlineData(200, "reddit", "GET", false)]
    [InlineData(429, "reddit", "GET", true)]
    public void Bodies_are_read_on_failures_and_where_refusals_come_with_success(int status, string dialect, string method, bool wanted)
    {
        using var response = Reading.Response(status);

        new SignalReader(KnownDialects.Find(dialect), Reading.MaxHint).WantsBody(new HttpMethod(method), response).ShouldBe(wanted);
    }
}
