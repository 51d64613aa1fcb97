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

    /// <summary>Shows the cells until the duration is over. Cancelled, it ends early and does not throw.</summary>
    public abstract Task RunAsync(TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Calls <paramref name="show"/> with the elapsed time, first after an interval and last at the end.</summary>
    protected async Task EachIntervalAsync(TimeSpan duration, Action<TimeSpan> show, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        try
        {
            for (var next = Interval; next < duration; next += Interval)
            {
                await DelayUntilAsync(start, next, cancellationToken);
                show(next);
            }

            await DelayUntilAsync(start, duration, cancellationToken);
            show(duration);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The run ended before its time.
        }
    }

    private Task DelayUntilAsync(long start, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        var remaining = elapsed - time.GetElapsedTime(start);
        return remaining > TimeSpan.Zero ? Task.Delay(remaining, time, cancellationToken) : Task.CompletedTask;
    }
}
