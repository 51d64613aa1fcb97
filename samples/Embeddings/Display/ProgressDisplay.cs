using System.Globalization;
using Spectre.Console;

namespace Embeddings.Display;

/// <summary>Shows a run while it lasts, and what came of it: a bar on a terminal, plain lines in a file or a pipe.</summary>
internal abstract class ProgressDisplay
{
    private static int _runs;

    public static ProgressDisplay Create()
    {
        if (!Console.IsOutputRedirected)
            return new ProgressBar();

        // Spectre.Console judges by TERM alone, which is set where output goes to a file as well.
        AnsiConsole.Profile.Capabilities.Ansi = false;
        AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
        return new PlainProgress();
    }

    public async Task ShowAsync(string title, Run run)
    {
        var report = await FollowAsync(title, run);

        // The last line is for programs.
        AnsiConsole.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"summary run={++_runs} texts={run.Texts} calls={report.Upstream.Calls} seconds={report.Time.TotalSeconds:0.0} status429={report.Upstream.Refused} hits={report.Hits} tokens={report.Tokens}"));
    }

    protected abstract Task<RunReport> FollowAsync(string title, Run run);
}
