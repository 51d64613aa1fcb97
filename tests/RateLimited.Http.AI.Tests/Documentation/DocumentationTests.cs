using System.Text.RegularExpressions;
using RateLimited.Http.AI.Telemetry;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.AI.Tests.Documentation;

/// <summary>docs/ai.md says what there is.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Document = File.ReadAllText(Repository.PathOf("docs/ai.md")).ReplaceLineEndings("\n");

    public static TheoryData<string> Regions => [.. Region().Matches(Source()).Select(static region => region.Groups["name"].Value)];

    [Theory]
    [MemberData(nameof(Regions))]
    public void Its_code_is_what_the_compiler_has_read(string name)
    {
        var lines = Region().Matches(Source()).Single(region => region.Groups["name"].Value == name).Groups["code"].Value.TrimEnd().Split('\n');
        var indent = lines[0].Length - lines[0].TrimStart().Length;

        Document.ShouldContain("```csharp\n" + string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..] : "")) + "\n```", Case.Sensitive);
    }

    [Fact]
    public void Its_metrics_are_those_there_are()
    {
        using var metrics = new MetricCollector();
        using var telemetry = new AITelemetry();
        AIInstruments.CacheLookup("hit", 1);

        var documented = Instrument().Matches(Document).Select(static row => row.Groups["name"].Value).ToArray();

        documented.ShouldNotBeEmpty();
        metrics.Instruments.Select(static instrument => instrument.Name).Where(static name => name.StartsWith("ai.", StringComparison.Ordinal)).Distinct().ShouldBe(documented, ignoreOrder: true);
    }

    private static string Source() => File.ReadAllText(Repository.PathOf("tests/RateLimited.Http.AI.Tests/Documentation/Snippets.cs")).ReplaceLineEndings("\n");

    [GeneratedRegex(@"#region (?<name>\w+)\n(?<code>.*?)\n *#endregion", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Region();

    [GeneratedRegex(@"^\| `(?<name>ai\.[a-z_.]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Instrument();
}
