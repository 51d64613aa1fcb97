using Microsoft.Extensions.Hosting;

namespace RateLimited.Http.Dashboard.Readings;

/// <summary>Samples from the host's start to its end.</summary>
internal sealed class SamplerHost(Sampler sampler) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        sampler.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        sampler.Dispose();
        return Task.CompletedTask;
    }
}
