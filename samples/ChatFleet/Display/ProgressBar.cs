using Spectre.Console;

namespace ChatFleet.Display;

/// <summary>A bar that fills.</summary>
internal sealed class ProgressBar : ProgressDisplay
{
    public override async Task<FleetReport> FollowAsync(Fleet fleet)
    {
        FleetReport? report = null;
        await AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async bars =>
            {
                var bar = bars.AddTask($"{fleet.Chats} chats", maxValue: fleet.Chats);
                report = await fleet.RunAsync(() => bar.Increment(1));
            });
        return report!;
    }
}
