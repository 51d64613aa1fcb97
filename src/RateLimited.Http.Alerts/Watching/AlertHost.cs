using Microsoft.Extensions.Hosting;

namespace RateLimited.Http.Alerts.Watching;

/// <summary>Watches from the host's start to its end.</summary>
internal sealed class AlertHost(AlertWatch watch) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        watch.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => watch.StopAsync(cancellationToken);
}
