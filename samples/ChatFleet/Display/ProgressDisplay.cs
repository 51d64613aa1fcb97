using Spectre.Console;

namespace ChatFleet.Display;

/// <summary>Shows a run while it lasts: a bar on a terminal, plain lines in a file or a pipe.</summary>
internal abstract class ProgressDisplay
{
    public static ProgressDisplay Create()
    {
        if (!Console.IsOutputRedirected)
            return new ProgressBar();

        // Spectre.Console judges by TERM alone, which is set where output goes to a file as well.
        AnsiConsole.Profile.Capabilities.Ansi = false;
        AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
        AnsiConsole.Profile.Width = 120;
        return new PlainProgress();
    }

    public abstract Task<FleetReport> FollowAsync(Fleet fleet);
}
