using Microsoft.Extensions.DependencyInjection;

namespace RateLimited.Http.Testing.Tests.Exchanges;

/// <summary>A program whose client has the preset of its upstream, and whose requests wait as long as they must.</summary>
internal static class PresetClient
{
    public const string Name = "api";

    /// <param name="time">The program's time, which is the upstream's too.</param>
    /// <param name="upstream">The upstream.</param>
    /// <param name="provider">The preset.</param>
    /// <param name="tier">Its tier; empty: the preset's own, which knows what answers tell or what anybody may use.</param>
    public static ServiceProvider At(TimeProvider time, Upstream upstream, string provider, string tier)
    {
        var services = new ServiceCollection();
        services.AddSingleton(time);
        services.AddLogging();
        services.AddHttpClient(Name, static client =>
            {
                client.BaseAddress = new Uri("https://api.test/");
                client.Timeout = Timeout.InfiniteTimeSpan;
            })
            .AddServiceRateLimiting(options =>
            {
                options.Preset = provider;
                options.Tier = tier.Length == 0 ? null : tier;
                options.Queue.Timeout = TimeSpan.FromDays(30);
                options.Queue.Length = 100_000;
            })
            .ConfigurePrimaryHttpMessageHandler(upstream.CreateHandler);
        return services.BuildServiceProvider();
    }
}
