using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;

namespace RateLimited.Http.Testing.Tests;

public sealed class UpstreamAssertionsTests
{
    [Fact]
    public void A_refusal_is_told_with_the_limit_that_refused()
    {
        var upstream = new Books(Of(("requests", 600, 613, 2, 100), ("tokens", 10, 20, 1, 5)), refused: 3, banned: 0);

        Failure(() => upstream.ShouldNeverHaveRefused()).ShouldStartWith("The upstream refused 3 of 603 requests and should have refused none: 2 by requests, 1 by tokens.\n600 admitted and 3 refused");
        upstream.ShouldHaveRefusedAtMost(3);
        Failure(() => upstream.ShouldHaveRefusedAtMost(2)).ShouldContain("at most 2");
        Failure(() => new Books([], refused: 3, banned: 3).ShouldNeverHaveRefused()).ShouldContain("3 by a ban.");
        new Books([], refused: 0, banned: 0).ShouldNeverHaveRefused();
    }

    [Fact]
    public void Quota_that_was_left_is_told_as_a_share()
    {
        var upstream = new Books(Of(("requests", 900, 1000, 0, 100), ("tokens", 10, 20, 0, 5)), refused: 0, banned: 0);

        upstream.ShouldHaveUsedAtLeast(0.9);
        upstream.ShouldHaveUsedAtLeast(0.5, "tokens");
        Failure(() => upstream.ShouldHaveUsedAtLeast(0.96)).ShouldStartWith("The client used 90.0 % of its quota and should have used at least 96.0 %.");
        Failure(() => upstream.ShouldHaveUsedAtLeast(0.51, "tokens")).ShouldStartWith("The client used 50.0 % of the quota of tokens and should");
        Failure(() => new Books([], refused: 0, banned: 0).ShouldHaveUsedAtLeast(0.1)).ShouldContain("no request came");
        Should.Throw<ArgumentException>(() => upstream.ShouldHaveUsedAtLeast(0.5, "words"));
    }

    [Fact]
    public void Too_much_in_one_window_is_told()
    {
        var upstream = new Books(Of(("requests", 900, 1000, 0, 196)), refused: 0, banned: 0);

        upstream.ShouldNeverHaveExceeded(196);
        Failure(() => upstream.ShouldNeverHaveExceeded(100)).ShouldStartWith("The upstream admitted 196 in the worst window of requests, more than 100.");
    }

    [Fact]
    public void Too_few_requests_are_told()
    {
        var upstream = new Books([], refused: 0, banned: 0);

        upstream.ShouldHaveAdmittedAtLeast(600);
        Failure(() => upstream.ShouldHaveAdmittedAtLeast(601)).ShouldStartWith("The upstream admitted 600 requests and should have admitted at least 601.");
    }

    [Fact]
    public void A_provider_or_tier_that_does_not_exist_is_told_with_those_that_do()
    {
        Should.Throw<ArgumentException>(() => Upstream.Preset("openia")).Message.ShouldContain("okta, openai, openrouter");
        Should.Throw<ArgumentException>(() => Upstream.Preset("github", "gold")).Message.ShouldContain("user, installation, enterprise, actions, unauthenticated");
        Should.Throw<ArgumentException>(() => Upstream.Preset("okta", "gold")).Message.ShouldContain("It has: one without a name.");
        Should.Throw<ArgumentException>(() => new UpstreamBuilder().Dialect("klingon"));
    }

    private static string Failure(Action assertion) => Should.Throw<UpstreamAssertionException>(assertion).Message;

    private static IReadOnlyList<LimitBooks> Of(params (string Name, long Ok, long Theoretical, long Refused, long Worst)[] limits) =>
        [.. limits.Select(limit => new LimitBooks(limit.Name, limit.Name, "", 100, new LimitReport(limit.Ok, limit.Theoretical, limit.Refused, limit.Worst)))];

    private sealed class Books(IReadOnlyList<LimitBooks> limits, long refused, long banned) : IUpstream
    {
        public int Inside => 0;

        UpstreamBooks IUpstream.Books { get; } =
            new() { Limits = limits, Banned = banned, Keys = new Dictionary<string, KeyBooks>(StringComparer.Ordinal) { [""] = new("no key", 600, refused) } };

        public void CloseBooks()
        {
        }
    }
}
