using RateLimited.Http.Signals.Bodies;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Tests.Signals;

/// <summary>Waits that stand in sentences alone.</summary>
public sealed class WaitPhraseTests
{
    [Theory]
    [InlineData("Looks like you've been doing that a lot. Take a break for 3 minutes before trying again.", 180_000)]
    [InlineData("Looks like you've been doing that a lot. Take a break for 1 minute before trying again.", 60_000)]
    [InlineData("Try again in 3 minutes", 180_000)]
    [InlineData("you are doing that too much. try again in 9 seconds.", 9_000)]
    [InlineData("Take a break for 20 milliseconds before trying again.", 20)]
    [InlineData("Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Used 29000. Please try again in 1m20.5s. Visit", 80_500)]
    [InlineData("Please try again in 6ms. Visit", 6)]
    [InlineData("Please retry in 43.4s.", 43_400)]
    [InlineData("Retry after 2 hours and 5 min", 7_500_000)]
    [InlineData("Please wait 0.0001s", 1)]
    [InlineData("try again in 5 mins", 300_000)]
    [InlineData("TRY AGAIN IN 1 DAY", 86_400_000)]
    [InlineData("Wait for it; try again in 5 s", 5_000)]
    public void A_wait_in_a_sentence_is_found(string text, int milliseconds)
    {
        WaitPhrase.TryFind(text, out var ticks).ShouldBeTrue();
        ((ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond).ShouldBe(milliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("try again in ")]
    [InlineData("try again in a few minutes")]
    [InlineData("try again in 5")]
    [InlineData("try again in 5 moons")]
    [InlineData("try again in 5 minims")]
    [InlineData("try again in -5 seconds")]
    [InlineData("try again in .5 seconds")]
    [InlineData("try again in 1.2.3 seconds")]
    [InlineData("try again in 0 seconds")]
    [InlineData("in 5 seconds")]
    [InlineData("limit of 5 minutes")]
    public void What_is_no_wait_is_none(string text) => WaitPhrase.TryFind(text, out _).ShouldBeFalse();

    [Fact]
    public void An_absurd_wait_is_bounded()
    {
        WaitPhrase.TryFind("try again in 99999999999999999999999999 days and 99999999999999999999 days", out var ticks).ShouldBeTrue();
        ticks.ShouldBeGreaterThan(TimeSpan.FromDays(365).Ticks);
        Reading.Of("reddit", 429, """{"message":"try again in 99999999999999999999 days"}""").Signal.Verdict.Wait.ShouldBe(Reading.MaxHint);
    }

    [Theory]
    [InlineData("reddit", 429, """{"json":{"errors":[["RATELIMIT","Take a break for 3 minutes before trying again.","ratelimit"]]}}""", 180)]
    [InlineData("openai", 429, """{"error":{"code":"rate_limit_exceeded","message":"Rate limit reached. Please try again in 20s."}}""", 20)]
    [InlineData(null, 503, """{"message":"Overloaded. Please retry after 7 seconds"}""", 7)]
    public void It_is_how_long_a_refusal_lasts(string? dialect, int status, string body, int seconds) =>
        Reading.Of(dialect, status, body).Signal.Verdict.Wait.ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void It_is_no_refusal_by_itself_and_a_header_counts_before_it()
    {
        const string Body = """{"error":{"message":"No such thing. Please try again in 20s."}}""";

        var rejected = Reading.Of("openai", 404, Body).Signal.Verdict;
        rejected.Kind.ShouldBe(ResponseKind.Rejected);
        rejected.Wait.ShouldBeNull();
        Reading.Of("openai", 429, Body, ("Retry-After", "3")).Signal.Verdict.Wait.ShouldBe(TimeSpan.FromSeconds(3));
    }
}
