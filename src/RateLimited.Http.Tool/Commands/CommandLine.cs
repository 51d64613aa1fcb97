using System.CommandLine;
using System.CommandLine.Invocation;
using RateLimited.Http.Configuration;
using RateLimited.Http.Tool.Input;
using RateLimited.Http.Tool.Output;

namespace RateLimited.Http.Tool.Commands;

/// <summary>Finds the command that is meant, runs it, and turns whatever is wrong into one sentence and an exit code.</summary>
internal static class CommandLine
{
    private const string Name = "ratelimited";
    private const int MaxSentence = 1_000;

    public static int Run(IReadOnlyList<string> args, Terminal terminal)
    {
        var json = new Option<bool>("--json") { Recursive = true, Description = "Writes the result as one JSON document." };
        var root = Root(json, terminal);

        // A file of arguments (@file) is one more thing to bound, and nobody needs it.
        var given = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        try
        {
            if (given.Action is ParseErrorAction)
            {
                // The last one is about what is written; those before it may only say what it was not.
                throw new BadInputException(given.Errors.Select(static error => error.Message).LastOrDefault("a command is needed"));
            }

            return given.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = terminal.Output, Error = terminal.Errors });
        }
        catch (BadInputException fault)
        {
            terminal.Complain($"{Name}: {Fault.Excerpt(fault.Message, MaxSentence)}");
            return ExitCode.BadInput;
        }
#pragma warning disable CA1031 // Whoever runs a tool cannot mend it by its stack trace.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            terminal.Complain($"{Name}: the tool itself failed, {fault.GetType().Name}: {Fault.Excerpt(fault.Message, MaxSentence)}");
            return ExitCode.Broken;
        }
    }

    private static RootCommand Root(Option<bool> json, Terminal terminal)
    {
        var presets = new PresetsCommand();
        presets.SetAction(given => presets.Run(given, terminal, given.GetValue(json)));
        var validate = new ValidateCommand();
        validate.SetAction(given => validate.Run(given, terminal, given.GetValue(json)));
        var simulate = new SimulateCommand();
        simulate.SetAction(given => simulate.Run(given, terminal, given.GetValue(json)));
        var plan = new PlanCommand();
        plan.SetAction(given => plan.Run(given, terminal, given.GetValue(json)));
        var report = new ReportCommand();
        report.SetAction(given => report.Run(given, terminal, given.GetValue(json)));
        return new RootCommand("Explains limits, checks configurations, simulates and plans them, and reports on what was recorded.") { json, presets, validate, simulate, plan, report };
    }
}
