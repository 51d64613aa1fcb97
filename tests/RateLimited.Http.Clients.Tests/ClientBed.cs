using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RateLimited.Http.Clients.Tests.Upstreams;
using RateLimited.Http.Clients.Tests.Watching;

namespace RateLimited.Http.Clients.Tests;

/// <summary>A program that uses a client of a service, and the service's upstream.</summary>
internal sealed class ClientBed<TClient> : IAsyncDisposable
    where TClient : class
{
    private readonly ServiceProvider _container;
    private readonly string _service;

    private ClientBed(LoopbackUpstream upstream, ServiceProvider container, string service) => (Upstream, _container, _service) = (upstream, container, service);

    public LoopbackUpstream Upstream { get; }

    public TClient Client => _container.GetRequiredService<TClient>();

    public HttpClient HttpClient => _container.GetRequiredService<IHttpClientFactory>().CreateClient(_service);

    public IServiceRateLimiter Limiter => _container.GetRequiredKeyedService<IServiceRateLimiter>(_service);

    public Everything Said => _container.GetRequiredService<Everything>();

    /// <param name="upstream">The upstream, which the bed owns from here on.</param>
    /// <param name="service">The service's name.</param>
    /// <param name="json">Its section.</param>
    /// <param name="add">Adds the client.</param>
    public static ClientBed<TClient> Of(LoopbackUpstream upstream, string service, string json, Action<IServiceCollection, Uri, string> add)
    {
        var text = $$"""{ "RateLimiting": { "Services": { "{{service}}": {{json}} } } }""";
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(text))).Build());
        services.AddSingleton<Everything>();
        services.AddLogging(static logging => logging.SetMinimumLevel(LogLevel.Trace).Services.AddSingleton<ILoggerProvider>(static provider => provider.GetRequiredService<Everything>()));
        add(services, upstream.Address, LoopbackUpstream.Key);
        return new ClientBed<TClient>(upstream, services.BuildServiceProvider(), service);
    }

    public async ValueTask DisposeAsync()
    {
        await _container.DisposeAsync();
        await Upstream.DisposeAsync();
    }
}
