using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Dashboard.Tests.Hosting;

namespace RateLimited.Http.Dashboard.Tests.Alerts;

/// <summary>The program of the other tests with alerts, of which the first request makes one about a limit of a hostile name.</summary>
internal static class AlertingProgram
{
    public static Task<WatchedProgram> StartAsync() => WatchedProgram.StartAsync(static services => services.AddRateLimitAlerts(static alerts =>
    {
        alerts.Interval = TimeSpan.FromSeconds(1);
        alerts.Rule("UsageHigh", static usage => (usage.Above, usage.For) = (0, TimeSpan.Zero));
    }));

    /// <summary>The alert, as soon as there is one.</summary>
    public static async Task<Alert> AlertAsync(this WatchedProgram program, int status = 200)
    {
        await program.SendAsync(status);
        var book = program.Services.GetRequiredService<IAlertBook>();
        for (var began = TimeProvider.System.GetTimestamp(); book.Open.Count == 0;)
        {
            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(60));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        return book.Open.ShouldHaveSingleItem();
    }
}
