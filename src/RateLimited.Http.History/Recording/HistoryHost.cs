using Microsoft.Extensions.Hosting;

namespace RateLimited.Http.History.Recording;

/// <summary>Records from the host's start to its end. It ends after everything that was added after it, so that what these did last is recorded too.</summary>
internal sealed class HistoryHost(UsageSampler sampler, HistoryRecorder recorder) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        recorder.Start();
        sampler.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        sampler.Stop();
        return recorder.StopAsync(cancellationToken);
    }
}
