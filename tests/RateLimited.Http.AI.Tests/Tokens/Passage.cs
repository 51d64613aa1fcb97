using System.Text.Json;
using System.Text.RegularExpressions;
using RateLimited.Http.AI.Text;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.AI.Tests.Tokens;

/// <summary>A passage of the corpus with its true number of tokens by each tokenizer.</summary>
internal sealed partial record Passage(string Kind, string Text, int Cl100k, int O200k)
{
    private const string Folder = "tests/RateLimited.Http.AI.Tests/Tokens/Corpus";

    public static IReadOnlyList<Passage> All { get; } = [.. Read()];

    public int Tokens(bool isO200k) => isO200k ? O200k : Cl100k;

    public TextCounts Counts()
    {
        var meter = new TextMeter();
        meter.Add(System.Text.Encoding.UTF8.GetBytes(Text));
        return meter.Counts;
    }

    private static IEnumerable<Passage> Read()
    {
        using var counts = JsonDocument.Parse(File.ReadAllText(Repository.PathOf($"{Folder}/counts.json")));
        foreach (var kind in counts.RootElement.GetProperty("passages").EnumerateObject())
        {
            var texts = Gap().Split(File.ReadAllText(Repository.PathOf($"{Folder}/{kind.Name}.txt")).TrimEnd());
            var tokens = kind.Value.EnumerateArray().ToArray();
            texts.Length.ShouldBe(tokens.Length, kind.Name);
            foreach (var (text, pair) in texts.Zip(tokens))
            {
                yield return new Passage(kind.Name, text, pair[0].GetInt32(), pair[1].GetInt32());
            }
        }
    }

    [GeneratedRegex("\n\n+", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Gap();
}
