using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RateLimited.Http.Tool.Tests.Validation;

/// <summary>What a host would be told at start-up, told before there is one.</summary>
public sealed class ValidateCommandTests
{
    public static TheoryData<string> Wrong =>
    [
        """{ "RateLimiting": { "Services": { "a": { "Limits": "5 per minute" } } } }""",
        """{ "RateLimiting": { "Services": { "a": { } } } }""",
        """{ "RateLimiting": { "Services": { "a": { "Limit": "5/minute" }, "b": { "Limits": [ "0/minute", "5/minute", "5/minute" ] } } } }""",
        """{ "RateLimiting": { "Global": { "Limits": [ "5/s per tenant" ] }, "Services": { "a": { "Limits": "5/minute", "Queue": { "Costs": { "tokens": 5 } } } } } }""",
        """{ "RateLimiting": { "Globl": {}, "Services": { "a": { "Preset": "githup", "Tier": "x" } } } }""",
        """{ "RateLimiting": { "Services": { "a": { "Preset": "anthropic", "Tier": "strt" } } } }""",
        """{ "RateLimiting": { "Services": { "a": { "Limits": "5/minute", "Endpoints": { "GET x y": { "Limits": "5/s" }, "GET /a": { "Costs": { "tokens": -1 } } } } } } }""",
        """{ "RateLimiting": { "Services": { "a": { "Limits": "5/minute", "Resilience": { "Retry": { "Attempts": 1000000 } } } } } }""",
        """{ "RateLimiting": { "Services": { "a": { "Limits": "5/minute", "InvalidRequests": { "Quota": 5, "Statuses": [ 200 ] } } } } }""",
        """{ "rateLIMITING": { "services": { "a": "x" } } }""",
        """{ "RateLimiting": { "Services": { "a": { "Limits": [ { "Quota": 5, "Window": "1,5" } ] } } } }""",
    ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void It_says_what_a_host_would(string json)
    {
        using var file = new TemporaryFile(json);
        var run = ToolRun.Of("validate", file.Path, "--json");
        using var document = JsonDocument.Parse(run.Output);

        run.ExitCode.ShouldBe(1);
        var said = document.RootElement.GetProperty("faults").EnumerateArray()
            .Select(static fault => $"{fault.GetProperty("path").GetString()}: {fault.GetProperty("value").GetString()} → {fault.GetProperty("right").GetString()}.");
        said.Order(StringComparer.Ordinal).ShouldBe(OfHost(json).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_fault_is_said_with_its_line()
    {
        using var file = new TemporaryFile("""
            {
              // a comment
              "Logging": { "Level": [ "x", { "y": 1 } ] },
              "RateLimiting": {
                "Services": {
                  "a": {
                    "Limits": [
                      "5/minute",
                      "5 minutes"
                    ],
                    "Queue": { "Length": -1 },
                  },
                  "b": {}
                }
              }
            }
            """);
        var run = ToolRun.Of("validate", file.Path);

        run.ExitCode.ShouldBe(1);
        var lines = run.Output.Split('\n');
        lines.ShouldContain(line => line.StartsWith($"{file.Path}:9: RateLimiting:Services:a:Limits:1: '5 minutes' → ", StringComparison.Ordinal));
        lines.ShouldContain(line => line.StartsWith($"{file.Path}:11: RateLimiting:Services:a:Queue:Length: '-1' → ", StringComparison.Ordinal));
        lines.ShouldContain(line => line.StartsWith($"{file.Path}:13: RateLimiting:Services:b:Limits: missing → ", StringComparison.Ordinal));
        lines.ShouldContain($"{file.Path}: 3 faults.");
    }

    [Fact]
    public void What_is_right_is_fine()
    {
        using var file = TemporaryFile.Service("""{ "Preset": "github" }""");
        var run = ToolRun.Of("validate", file.Path);

        run.ExitCode.ShouldBe(0);
        run.Output.Trim().ShouldBe($"{file.Path}: nothing is wrong with the service shop.");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "RateLimiting": { "Services": {} } }""")]
    public void A_file_that_limits_nothing_is_a_finding(string json)
    {
        using var file = new TemporaryFile(json);
        var run = ToolRun.Of("validate", file.Path);

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("RateLimiting:Services: missing → ");
    }

    [Theory]
    [InlineData("{ \"a\": ", "line 1, byte 8: no valid JSON")]
    [InlineData("{\n \"a\": tru }", "line 2, byte ")]
    [InlineData("", "no valid JSON")]
    [InlineData("[ 1 ]", "")]
    [InlineData("{ \"a\": 1, \"A\": 2 }", "")]
    [InlineData("\u0001\u001b[31m", "no valid JSON")]
    public void What_is_no_configuration_is_refused(string text, string says)
    {
        using var file = new TemporaryFile(text);

        ToolRun.Of("validate", file.Path).ShouldBeRefused().ShouldContain(says);
    }

    [Fact]
    public void Depth_and_size_are_bounded()
    {
        using var deep = new TemporaryFile(string.Concat(Enumerable.Repeat("{\"a\":", 1_000)) + "1" + new string('}', 1_000));
        using var large = new TemporaryFile("{ \"a\": \"" + new string('x', 1_000_000) + "\" }");

        ToolRun.Of("validate", deep.Path).ShouldBeRefused().ShouldContain("no valid JSON");
        ToolRun.Of("validate", large.Path).ShouldBeRefused().ShouldContain("1000011 bytes → at most 1000000");
    }

    [Fact]
    public void A_directory_is_no_file() => ToolRun.Of("validate", Path.GetTempPath()).ShouldBeRefused().ShouldContain("a directory → a file");

    [Fact]
    public void More_faults_than_anybody_reads_are_counted()
    {
        using var file = TemporaryFile.Service($$"""{ "Limits": "5/s", {{string.Join(", ", Enumerable.Range(0, 300).Select(static i => $"\"k{i}\": 1"))}} }""");
        var run = ToolRun.Of("validate", file.Path);

        run.Output.ShouldContain("100 more faults are not listed.");
        run.Output.ShouldContain($"{file.Path}: 300 faults.");
    }

    private static string[] OfHost(string json)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json));
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddJsonStream(stream).Build());
        services.AddHttpClient("a").AddServiceRateLimiting();
        using var container = services.BuildServiceProvider();
        return Should.Throw<OptionsValidationException>(() => container.GetRequiredService<IHttpClientFactory>().CreateClient("a").Dispose()).Failures.ToArray();
    }
}
