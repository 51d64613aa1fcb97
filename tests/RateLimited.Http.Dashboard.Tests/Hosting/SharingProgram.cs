using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Configuration;
using RateLimited.Http.Redis.Watching;

namespace RateLimited.Http.Dashboard.Tests.Hosting;

/// <summary>The program of the other tests whose service counts in Redis. What it says of itself counts for an hour, so that nobody is forgotten who is slow.</summary>
internal static class SharingProgram
{
    public static Task<WatchedProgram> StartAsync(string redis, Action<IServiceCollection>? services = null) => WatchedProgram.StartAsync(collection =>
    {
        collection.AddRateLimitingRedis(options => (options.Configuration, options.Secret, options.LeaseTimeToLive, options.Timeout) = ($"{redis},connectTimeout=5000", "a secret of sixteen bytes or more", TimeSpan.FromHours(1), TimeSpan.FromSeconds(20)));
        collection.Configure<ServiceRateLimitingOptions>("api", static api => api.Store = "Redis");
        services?.Invoke(collection);
    });

    /// <summary>Says how it is and hears how the others are, besides when it does so by itself.</summary>
    public static Task SayAsync(this WatchedProgram program) => program.Services.GetRequiredService<FleetBook>().SayOfAllAsync();
}
