using RateLimited.Http.Tool.Commands;
using RateLimited.Http.Tool.Output;
using Spectre.Console;

namespace RateLimited.Http.Tool.Tests;

/// <summary>One run of the tool in this process, and what it wrote.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Errors)
{
    /// <summary>As into a file or a pipe.</summary>
    public static ToolRun Of(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = CommandLine.Run(args, new Terminal(output, errors));
        return new ToolRun(code, output.ToString(), errors.ToString());
    }

    /// <summary>As on a terminal, with colours and tables.</summary>
    public static ToolRun OnTerminal(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.TrueColor, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 200;
        var code = CommandLine.Run(args, new Terminal(output, errors, console));
        return new ToolRun(code, output.ToString(), errors.ToString());
    }

    /// <summary>That it refused what it was given: two, one sentence, nothing else.</summary>
    public string ShouldBeRefused()
    {
        ExitCode.ShouldBe(2, Output + Errors);
        Output.ShouldBeEmpty();
        var sentence = Errors.TrimEnd();
        sentence.ShouldStartWith("ratelimited: ");
        sentence.ShouldNotContain("\n");
        sentence.ShouldNotContain("   at ");
        sentence.ShouldAllBe(static c => !char.IsControl(c));
        return sentence;
    }
}
