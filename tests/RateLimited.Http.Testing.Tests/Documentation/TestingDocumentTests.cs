using System.Text.RegularExpressions;
using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Providers;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Testing.Tests.Documentation;

/// <summary>What docs/testing.md shows is what is run here, and what it lists is what there is.</summary>
public sealed partial class TestingDocumentTests
{
    private static readonly string Document = File.ReadAllText(Repository.PathOf("docs/testing.md"));

    private static readonly string[] Source = File.ReadAllLines(Repository.PathOf("tests/RateLimited.Http.Testing.Tests/Documentation/TestingSnippets.cs"));

    [Fact]
    public void Every_piece_of_code_is_a_test()
    {
        var shown = Code().Matches(Document).Select(static match => match.Groups["code"].Value.TrimEnd()).ToArray();

        shown.ShouldBe(Regions(), ignoreOrder: true);
        shown.Length.ShouldBeGreaterThan(3);
    }

    [Fact]
    public void Every_provider_is_listed()
    {
        foreach (var provider in KnownProviders.All)
        {
            Document.ShouldContain($"`{provider.Name}`");
        }
    }

    [Fact]
    public void Every_oddity_is_listed()
    {
        foreach (var oddity in Enum.GetValues<Oddities>().Where(static oddity => oddity != Oddities.None))
        {
            Document.ShouldContain($"`{oddity}`");
        }
    }

    private static IEnumerable<string> Regions()
    {
        for (var begin = 0; begin < Source.Length; begin++)
        {
            if (Source[begin].Contains("#region", StringComparison.Ordinal))
            {
                var end = Array.FindIndex(Source, begin, static line => line.Contains("#endregion", StringComparison.Ordinal));
                var indent = Source[begin].Length - Source[begin].TrimStart().Length;
                yield return string.Join('\n', Source[(begin + 1)..end].Select(line => line.Length < indent ? "" : line[indent..]));
            }
        }
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();
}
