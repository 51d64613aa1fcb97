using Spectre.Console;

namespace Embeddings.Display;

/// <summary>A bar that fills.</summary>
internal sealed class ProgressBar : ProgressDisplay
{
    protected override async Task<RunReport> FollowAsync(string title, Run run)
    {
        RunReport? report = null;
        await AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async bars =>
            {
                var bar = bars.AddTask($"{run.Texts} texts, {title}", maxValue: run.Texts);
                report = await run.RunAsync(done => bar.Increment(done));
            });
        return report!;
    }
}
