using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Configuration;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>Several processes as far as limits can tell: each has a container, a connection and a number of its own. Real time; one prefix for each fleet.</summary>
internal sealed class Fleet : IDisposable
{
    public const string Api = "api";

    private readonly string _address;
    private readonly Action<RedisStoreOptions> _redis;
    private readonly Action<ServiceRateLimitingOptions> _service;
    private readonly List<ServiceProvider> _processes = [];
    private readonly string _prefix = $"t{Guid.NewGuid():N}"[..20];

    private readonly Uri? _upstream;

    /// <param name="address">Where Redis is.</param>
    /// <param name="service">Sets up the service.</param>
    /// <param name="redis">Sets up the store.</param>
    /// <param name="upstream">Whom the service's client calls.</param>
    public Fleet(string address, Action<ServiceRateLimitingOptions> service, Action<RedisStoreOptions>? redis = null, Uri? upstream = null) =>
        (_address, _service, _redis, _upstream) = (address, service, redis ?? (static _ => { }), upstream);

    public string Prefix => _prefix;

    /// <summary>What the processes have logged, all in one.</summary>
    public LogCollector Logs { get; } = new();

    /// <summary>Starts a process. Returns its limiter of the service.</summary>
    public IServiceRateLimiter Start(TimeProvider? time = null) => StartHost(time).GetRequiredKeyedService<IServiceRateLimiter>(Api);

    /// <summary>Starts a process. Returns its container.</summary>
    public ServiceProvider StartHost(TimeProvider? time = null, Action<IServiceCollection>? others = null)
    {
        var services = new ServiceCollection();
        others?.Invoke(services);
        services.AddLogging();
        services.AddSingleton<Microsoft.Extensions.Logging.ILoggerFactory>(Logs);
        if (time is not null)
        {
            services.AddSingleton(time);
        }

        services.AddRateLimitingRedis(options =>
        {
            options.Configuration = $"{_address},connectTimeout=5000,syncTimeout=5000";
            options.Prefix = _prefix;

            // A busy machine is no fault of Redis.
            options.Timeout = TimeSpan.FromSeconds(20);
            _redis(options);
        });
        if (_upstream is not null)
        {
            services.AddHttpClient(Api, client => (client.BaseAddress, client.Timeout) = (_upstream, Timeout.InfiniteTimeSpan)).AddServiceRateLimiting();
        }

        services.AddHealthChecks().AddRateLimitingRedis("limits");
        services.AddServiceRateLimiting(Api, service =>
        {
            service.Store = "Redis";
            service.ArrivalGuard = TimeSpan.Zero;
            _service(service);
        });
        var process = services.BuildServiceProvider();
        _processes.Add(process);
        return process;
    }

    public void Dispose() => _processes.ForEach(static process => process.Dispose());
}
