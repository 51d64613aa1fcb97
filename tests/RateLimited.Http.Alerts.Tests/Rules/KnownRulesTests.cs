using RateLimited.Http.Alerts.Readings;
using RateLimited.Http.Alerts.Rules;

namespace RateLimited.Http.Alerts.Tests.Rules;

/// <summary>Every rule with its default, at its threshold and just above.</summary>
public sealed class KnownRulesTests
{
    public static TheoryData<string> Names => [.. KnownRules.All.Select(static rule => rule.Name)];

    [Fact]
    public void Every_rule_has_its_case() => RuleCases.All.Keys.ShouldBe(KnownRules.All.Select(static rule => rule.Name), ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void It_fires_above_its_threshold_and_not_at_it(string name)
    {
        var (fine, tooMuch, subject, says) = RuleCases.All[name];

        TooMuch(name, fine).ShouldBeEmpty();
        var found = TooMuch(name, tooMuch).ShouldHaveSingleItem();
        found.Measured.Subject.ShouldBe(subject);
        found.Service.ShouldBe(found.Rule.OfProcess is null ? RuleCases.Service : null);
        found.Rule.Sentence(found.Service, found.Measured.Subject, found.Measured.Value!.Value).ShouldStartWith(says);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_quiet_where_nothing_happens(string name)
    {
        TooMuch(name, new Reading(new ProcessReading(), [])).ShouldBeEmpty();
        TooMuch(name, RuleCases.Of(new ServiceReading { Name = RuleCases.Service })).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_settings_leave_room_between_too_much_and_over(string name)
    {
        var settings = KnownRules.All.Single(rule => rule.Name == name).Defaults;

        settings.RecoverAt.ShouldBeLessThanOrEqualTo(settings.Above);
        settings.RecoverFor.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMinutes(1));
        settings.IsTooMuch(settings.RecoverAt).ShouldBeFalse();
        settings.IsOver(settings.RecoverAt).ShouldBeTrue();
        settings.IsOver(null).ShouldBeTrue();
        settings.IsTooMuch(null).ShouldBeFalse();
    }

    [Theory]
    [InlineData("SustainedLimiting")]
    [InlineData("ErrorRate")]
    [InlineData("ResponseTime")]
    [InlineData("RedisLatency")]
    public void A_share_of_too_few_calls_says_nothing(string name)
    {
        var few = RuleCases.Of(new ServiceReading
        {
            Name = RuleCases.Service,
            Checks = 19,
            Limited = 19,
            Attempts = 19,
            Errors = 19,
            Durations = RuleCases.Durations(19, 60_000, 0, 0),
            StoreDurations = RuleCases.Durations(19, 60_000, 0, 0),
        });

        RuleBook.Defaults.Observe(few).Single(each => each.Rule.Name == name).Measured.Value.ShouldBeNull();
    }

    [Fact]
    public void Concurrency_is_judged_by_the_line_alone() =>
        RuleBook.Defaults.Observe(RuleCases.Of(new ServiceReading { Name = RuleCases.Service, LineCapacity = 0, Waiting = 0 })).ShouldNotContain(static each => each.Settings.IsTooMuch(each.Measured.Value));

    private static IEnumerable<Observation> TooMuch(string name, Reading reading) =>
        RuleBook.Defaults.Observe(reading).Where(each => each.Rule.Name == name && each.Settings.IsTooMuch(each.Measured.Value));
}
