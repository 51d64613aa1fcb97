using System.Diagnostics;

namespace RateLimited.Http.Tool.Tests;

/// <summary>What whoever mistypes is told, and what a script sees.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("'bogus'", "bogus")]
    [InlineData("'--bogus'", "presets", "--bogus")]
    [InlineData("'FILE'", "validate")]
    [InlineData("command", new string[0])]
    [InlineData("perhaps 'github'", "presets", "gihub")]
    [InlineData("'more'", "presets", "github", "more")]
    public void What_is_mistyped_is_said_in_one_sentence(string says, params string[] args) => ToolRun.Of(args).ShouldBeRefused().ShouldContain(says);

    [Fact]
    public void A_file_of_arguments_is_not_read()
    {
        using var arguments = new TemporaryFile("github");

        ToolRun.Of("presets", $"@{arguments.Path}").ShouldBeRefused().ShouldContain("'@");
    }

    [Fact]
    public void Help_lists_every_command()
    {
        var help = ToolRun.Of("--help");

        help.ExitCode.ShouldBe(0);
        foreach (var command in (string[])["presets", "validate", "simulate", "plan", "report", "--json"])
        {
            help.Output.ShouldContain($"  {command} ");
        }
    }

    [Fact]
    public async Task The_program_itself_ends_with_the_code_and_the_sentence()
    {
        var (code, output, errors) = await StartAsync("validate", "no-such-file.json");

        code.ShouldBe(2);
        output.ShouldBeEmpty();
        errors.Trim().ShouldBe("ratelimited: no-such-file.json: there is no such file.");
    }

    [Fact]
    public async Task The_program_itself_writes_plain_lines_into_a_pipe()
    {
        var (code, output, errors) = await StartAsync("presets", "stripe");

        (code, errors).ShouldBe((0, string.Empty));
        output.ShouldContain("100/second");
        output.ShouldNotContain("\u001b");
        output.ShouldNotContain("│");
    }

    private static async Task<(int Code, string Output, string Errors)> StartAsync(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "RateLimited.Http.Tool.dll"), .. args]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }
}
