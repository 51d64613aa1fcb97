using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Tests.Signals;

/// <summary>What warnings without figures ask for.</summary>
public sealed class StrainTests
{
    private static readonly (string, string) Near = ("x-ratelimit-nearlimit", "true");

    [Fact]
    public void Near_a_limit_a_quarter_fewer_go_unless_figures_say_how_many() =>
        (Of("jira", Near), Of("jira", Near, ("x-ratelimit-limit", "10"), ("x-ratelimit-remaining", "1")), Of("jira", Near, ("x-ratelimit-remaining", "1"), ("x-ratelimit-reset", "2026-03-31T13:20Z")), Of("jira"))
            .ShouldBe((1_250, 1_250, null, null));

    [Theory]
    [InlineData("0.79", null)]
    [InlineData("0.80", 888)]
    [InlineData("0.9", 1_000)]
    [InlineData("1.35", 1_500)]
    [InlineData("1.8", 2_000)]
    [InlineData("1e300", null)]
    [InlineData("9999999999999999", 2_000)]
    [InlineData("-1", null)]
    [InlineData("half", null)]
    public void A_load_is_to_come_to_nine_tenths(string load, int? strain) => Of("microsoft-graph", ("x-ms-throttle-limit-percentage", load)).ShouldBe(strain);

    [Fact]
    public void Under_a_penalty_half_as_many_go_whatever_figures_say() =>
        Of("azure-openai", ("x-ratelimit-abusepenalty-active", "True"), ("x-ratelimit-limit-requests", "10"), ("x-ratelimit-remaining-requests", "9"), ("x-ratelimit-reset-requests", "10ms")).ShouldBe(2_000);

    private static int? Of(string dialect, params (string Name, string Value)[] headers)
    {
        var signal = Reading.Of(dialect, 200, null, headers).Signal;
        return Strain.Of(in signal);
    }
}
