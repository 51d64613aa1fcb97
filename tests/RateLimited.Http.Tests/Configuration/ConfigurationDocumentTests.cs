using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Configuration;
using RateLimited.Http.Configuration.Presets;
using RateLimited.Http.Signals;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Tests.Configuration;

/// <summary>The document of the configuration, held to what is read.</summary>
public sealed partial class ConfigurationDocumentTests
{
    private static readonly string Document = File.ReadAllText(Repository.PathOf("docs/configuration.md"));

    [Fact]
    public void Every_example_is_right()
    {
        var examples = Json().Matches(Document).Select(static match => match.Groups["json"].Value).ToArray();

        examples.Length.ShouldBeGreaterThan(4);
        foreach (var example in examples)
        {
            Configured.Faults(Configured.Json(example), static services => services.AddServiceRateLimiting("a", static service => service.Limit("5/s")))
                .ShouldBeEmpty(example);
        }
    }

    [Fact]
    public void Every_short_form_in_it_is_right()
    {
        var forms = ShortForm().Matches(Document).Select(static match => match.Groups["form"].Value).ToArray();

        forms.Length.ShouldBeGreaterThan(10);
        foreach (var form in forms)
        {
            LimitOptions.TryParse(form, out _, out var fault).ShouldBeTrue($"{form}: {fault}");
        }
    }

    [Fact]
    public void Every_key_is_in_it()
    {
        string[] keys =
        [
            .. RateLimitingOptionsReader.MemoryKeys.Select(static key => key.Name),
            .. ServiceOptionsReader.Keys.Select(static key => key.Name), .. ServiceOptionsReader.QueueKeys.Select(static key => key.Name),
            .. EndpointSectionReader.Keys.Select(static key => key.Name), .. CostSectionReader.Keys.Select(static key => key.Name), .. LimitSectionReader.Keys.Select(static key => key.Name),
            .. TenantSectionReader.ClassKeys.Select(static key => $"Classes:{{name}}:{key.Name}"),
            .. ResilienceSectionReader.Keys.Select(static key => key.Name), .. ResilienceSectionReader.RetryKeys.Select(static key => key.Name),
            .. InvalidRequestSectionReader.Keys.Select(static key => key.Name),
            .. ResilienceSectionReader.DegradationKeys.Select(static key => key.Name),
            .. ResilienceSectionReader.HedgingKeys.Select(static key => key.Name), .. ResilienceSectionReader.ConnectionKeys.Select(static key => key.Name),
            .. ResilienceSectionReader.HealthKeys.Select(static key => key.Name),
            .. ResilienceSectionReader.FallbackKeys.Select(static key => key.Name),
            .. ResilienceSectionReader.BreakerKeys.Select(static key => key.Name),
        ];

        keys.Where(static key => !Document.Contains($"| `{key}` |", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_key_of_a_dialect_and_every_known_one_is_in_it()
    {
        var known = KnownDialects.All.Select(static dialect => dialect.Name).Except(KnownPresets.All.Select(static preset => preset.Dialect ?? string.Empty), StringComparer.Ordinal);

        DialectSectionReader.Keys.Select(static key => key.Name).Concat(DialectSectionReader.HeaderKeys.Select(static key => key.Name)).Concat(DialectSectionReader.LimitKeys.Select(static key => key.Name))
            .Concat(known).Concat(Enum.GetNames<DialectFormat>()).Concat(Enum.GetNames<DialectScope>()).Concat(Enum.GetNames<DialectMeaning>())
            .Where(static word => !Document.Contains($"`{word}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void The_number_of_providers_is_that_of_the_presets() =>
        File.ReadAllText(Repository.PathOf("README.md")).ShouldContain($"Of [{KnownPresets.All.Length} providers]");

    [Fact]
    public void The_example_in_code_is_right()
    {
        using var container = Configured.Container(configuration: null, InCode);
        container.GetRequiredKeyedService<IServiceRateLimiter>("shop").GetStatus().Mode.ShouldBe(RateLimitMode.DryRun);

        var written = Code().Matches(Document).Select(static match => match.Groups["code"].Value).Single(static code => code.Contains("shop", StringComparison.Ordinal));
        Squeezed(File.ReadAllText(Repository.PathOf("tests/RateLimited.Http.Tests/Configuration/ConfigurationDocumentTests.cs"))).ShouldContain(Squeezed(written));
    }

    private static void InCode(IServiceCollection services) =>
        services.AddHttpClient("shop").AddServiceRateLimiting(service => service
            .Limit("500/minute")
            .Limit(new LimitOptions { Name = "daily", Quota = 10_000, Unit = "units", Window = TimeSpan.FromDays(1), Algorithm = LimitAlgorithm.FixedWindow })
            .Endpoint("GET /search/*", search => search.Limit("30/minute"))
            .PerTenant("60/minute")
            .TenantClass("premium", weight: 4, tenants: ["contoso"], "600/minute")
            .Line(line => line.Length = 500)
            .DryRun());

    private static string Squeezed(string code) => string.Concat(code.Where(static c => !char.IsWhiteSpace(c)));

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Code();

    [GeneratedRegex("```json\n(?<json>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Json();

    [GeneratedRegex("`(?<form>[0-9][0-9_]*( [a-z]+)?(/| concurrent)[^`]*)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex ShortForm();
}
