using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Configuration;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Tests.Configuration.Keys;

/// <summary>The documents of keys, held to what is read.</summary>
public sealed partial class KeyDocumentTests
{
    private static readonly string Document = File.ReadAllText(Repository.PathOf("docs/keys.md"));

    [Fact]
    public void Every_example_is_right()
    {
        var examples = Json().Matches(Document).Select(static match => match.Groups["json"].Value).ToArray();

        examples.Length.ShouldBe(2);
        foreach (var example in examples)
        {
            Configured.Faults(Configured.Json(example), static services => services.AddServiceRateLimiting("a", static service => service.Limit("5/s"))).ShouldBeEmpty(example);
        }
    }

    [Fact]
    public void Every_state_every_selection_and_every_key_of_the_sections_is_in_them()
    {
        var both = Document + File.ReadAllText(Repository.PathOf("docs/configuration.md"));

        Enum.GetNames<KeyState>().Concat(Enum.GetNames<KeySelection>()).Concat(KeySectionReader.Keys.Select(static key => key.Name)).Concat(KeySectionReader.KeyKeys.Select(static key => key.Name))
            .Where(word => !both.Contains($"`{word}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [GeneratedRegex("```json\n(?<json>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Json();
}
