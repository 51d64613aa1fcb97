namespace RateLimited.Http.Clients.Tests;

/// <summary>What docs/clients.md tells to write is what is tested here.</summary>
public sealed class DocumentationTests
{
    [Theory]
    [InlineData("OpenAISetup.cs")]
    [InlineData("AnthropicSetup.cs")]
    [InlineData("RestSharpSetup.cs")]
    [InlineData("AzureSetup.cs")]
    public void The_documentation_has_the_code_that_is_tested(string file)
    {
        var root = Root();
        var lines = File.ReadAllLines(Path.Combine(root, "tests", "RateLimited.Http.Clients.Tests", "Clients", file));
        var begin = Array.FindIndex(lines, static line => line.Contains("#region docs", StringComparison.Ordinal));
        var end = Array.FindIndex(lines, static line => line.Contains("#endregion", StringComparison.Ordinal));
        var indent = lines[begin].Length - lines[begin].TrimStart().Length;
        var code = string.Join('\n', lines[(begin + 1)..end].Select(line => line[indent..]));

        code.ShouldNotBeEmpty();
        File.ReadAllText(Path.Combine(root, "docs", "clients.md")).ShouldContain(code, Case.Sensitive);
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "RateLimited.Http.sln")))
        {
            directory = directory.Parent.ShouldNotBeNull("These tests run from a build inside the working tree.");
        }

        return directory.FullName;
    }
}
