using Microsoft.Extensions.DependencyInjection;
using Quickstart.Upstreams;

namespace Quickstart.Clients;

/// <summary>The clients ours is seen beside: <c>plain:sliding</c>, <c>bcl:sliding</c> and so on.</summary>
internal static class RivalClients
{
    public static void AddRivalClients(this IServiceCollection services)
    {
        foreach (var upstream in UpstreamKind.All)
        {
            // The factory renews handlers after two minutes, and would renew the limiter with them; the run is shorter than that.
            services.AddHttpClient(Strategy.Plain.ClientOf(upstream)).AddHttpMessageHandler(() => new PlainRetryHandler(TimeProvider.System));
            services.AddHttpClient(Strategy.Bcl.ClientOf(upstream)).AddHttpMessageHandler(() => new BclRateLimitedHandler(BclLimiters.For(upstream.Name)));
        }
    }
}
