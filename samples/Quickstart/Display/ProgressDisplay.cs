using Spectre.Console;

namespace Quickstart.Display;

/// <summary>Shows the run while it lasts: a live table on a terminal, plain lines in a file or a pipe.</summary>
internal abstract class ProgressDisplay(IReadOnlyList<Cell> cells, TimeProvider time)
{
    protected IReadOnlyList<Cell> Cells => cells;

    /// <summary>How often the display is renewed.</summary>
    protected abstract TimeSpan Interval { get; }

    public static ProgressDisplay Create(IReadOnlyList<Cell> cells, TimeProvider time)
    {
        if (!Console.IsOutputRedirected)
            return new LiveTable(cells, time);

        // Spectre.Console judges by TERM alone, which is set where output goes to a file as well.
        AnsiConsole.Profile.Capabilities.Ansi = false;
        AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
        return new PlainLines(cells, time);
    }

    public void Announce(string message) => AnsiConsole.WriteLine(message);

    /// <summary>Starts the run, shows the cells until it has ended, and passes on how it did.</summary>
    public abstract Task ShowAsync(Func<Task> measure);

    /// <summary>Calls <paramref name="show"/> with the elapsed time once in each interval, and when the run has ended.</summary>
    protected async Task EachIntervalAsync(Func<Task> measure, Action<TimeSpan> show)
    {
        var start = time.GetTimestamp();
        var run = measure();
        while (!run.IsCompleted)
        {
            await Task.WhenAny(run, Task.Delay(Interval, time));
            show(time.GetElapsedTime(start));
        }

        await run;
    }
}
