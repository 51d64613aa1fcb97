using System.Text.RegularExpressions;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Tests.Configuration.Presets;

/// <summary>The document of the providers is written from the presets, and committed.</summary>
public sealed partial class ProviderDocumentTests
{
    private const string Path = "docs/providers.md";

    private static readonly string Rendered = ProviderDocument.Render();

    [Fact]
    public void The_document_is_that_of_the_presets()
    {
        if (Environment.GetEnvironmentVariable("APPROVE") == "1")
        {
            File.WriteAllText(Repository.PathOf(Path), Rendered);
        }

        var written = File.Exists(Repository.PathOf(Path)) ? File.ReadAllText(Repository.PathOf(Path)).ReplaceLineEndings("\n") : string.Empty;

        written.ShouldBe(Rendered, $"{Path} is not what the presets say; if they are right, write it anew with APPROVE=1");
    }

    [Fact]
    public void Every_example_is_right()
    {
        var examples = Json().Matches(Rendered).Select(static match => match.Groups["json"].Value).ToArray();

        examples.Length.ShouldBeGreaterThan(30);
        foreach (var example in examples)
        {
            Configured.Faults(Configured.Json(example), static services => Microsoft.Extensions.DependencyInjection.ServiceRateLimitingServiceCollectionExtensions
                .AddServiceRateLimiting(services, "a", static service => service.Limit("5/s"))).ShouldBeEmpty(example);
        }
    }

    [Fact]
    public void Every_row_has_as_many_cells_as_its_head()
    {
        var cells = 0;
        foreach (var line in Rendered.Split('\n'))
        {
            var count = line.StartsWith('|') ? line.Count(static c => c == '|') : 0;
            (cells == 0 || count == 0 || count == cells).ShouldBeTrue(line);
            cells = count;
        }
    }

    [GeneratedRegex("```json\n(?<json>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Json();
}
