using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.Alerts.Configuration;
using RateLimited.Http.Alerts.Rules;
using RateLimited.Http.Configuration;
using RateLimited.Http.Tests.Configuration;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Alerts.Tests.Documentation;

/// <summary>docs/alerts.md says what there is.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Document = File.ReadAllText(Repository.PathOf("docs/alerts.md")).ReplaceLineEndings("\n");

    [Fact]
    public void Its_rules_are_those_there_are_with_their_defaults() =>
        Rule().Matches(Document).Select(static row => row.Groups["cells"].Value).ShouldBe(KnownRules.All.Select(Row));

    [Fact]
    public void Every_option_is_in_it()
    {
        var keys = Names(AlertSectionReader.Keys).Concat(Names(AlertSectionReader.RuleKeys)).Concat(Names(AlertSectionReader.QuietKeys)).Concat(Names(AlertSectionReader.DeliveryKeys)).Concat(Names(SinkSectionReader.Keys))
            .Concat(Names(SinkSectionReader.LogKeys)).Concat(Names(SinkSectionReader.WebhookKeys)).Concat(Names(SinkSectionReader.SlackKeys)).Concat(Names(SinkSectionReader.PagerDutyKeys)).Concat(Names(SinkSectionReader.EmailKeys));

        keys.Where(static key => !Document.Contains($"`{key}`", StringComparison.Ordinal)).ShouldBeEmpty();

        static IEnumerable<string> Names<T>(IEnumerable<SectionKey<T>> keys) => keys.Select(static key => key.Name);
    }

    [Fact]
    public void Every_example_is_right()
    {
        var examples = Json().Matches(Document).Select(static match => match.Groups["json"].Value).Where(static json => json.Contains("RateLimiting", StringComparison.Ordinal)).ToArray();

        examples.ShouldNotBeEmpty();
        foreach (var example in examples)
        {
            using var container = Configured.Container(Configured.Json(example), static services => services.AddRateLimitAlerts());
            container.GetRequiredService<IOptionsFactory<AlertOptions>>().Create(Options.DefaultName).ShouldNotBeNull();
        }
    }

    private static string Row(AlertRule rule)
    {
        var settings = rule.Defaults;
        var (above, recoverAt) = rule.Unit == RuleUnit.State ? ("", "") : ($"{(settings.IncludesThreshold ? "≥ " : "")}{Text(settings.Above, rule.Unit)}", Text(settings.RecoverAt, rule.Unit));
        return $"`{rule.Name}` | {settings.Severity} | {above} | {recoverAt} | {Text(settings.For)} | {Text(settings.RecoverFor)} | {(rule.CountsCalls ? settings.MinimumCalls.ToString(CultureInfo.InvariantCulture) : "")}";
    }

    private static string Text(TimeSpan duration) => duration == TimeSpan.Zero ? "at once" : string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMinutes} min");

    private static string Text(double value, RuleUnit unit) => value.ToString(CultureInfo.InvariantCulture) + unit switch { RuleUnit.Percent => " %", RuleUnit.Milliseconds => " ms", RuleUnit.Megabytes => " MB", _ => "" };

    [GeneratedRegex(@"^\| (?<cells>`[A-Z]\w+` \| (Info|Warning|Critical) \| .*) \| [^|]+ \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Rule();

    [GeneratedRegex("```json\n(?<json>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Json();
}
