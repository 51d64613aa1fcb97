using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Exchange;
using RateLimited.Http.Redis.Keys;
using StackExchange.Redis;

namespace RateLimited.Http.Redis;

/// <summary>Redis as the store of all services of one container that name it. Thread-safe.</summary>
internal sealed class RedisStore : ISharedStore, IDisposable
{
    private readonly IServiceProvider _services;
    private readonly IOptions<RedisStoreOptions> _options;
    private readonly Lazy<ConnectionSource> _connections;

    /// <summary>Which process this is: no other has its number, nor had this one in an earlier life.</summary>
    private readonly string _process = Guid.NewGuid().ToString("N");

    public RedisStore(IServiceProvider services, IOptions<RedisStoreOptions> options)
    {
        (_services, _options) = (services, options);
        _connections = new Lazy<ConnectionSource>(Connect);
    }

    public string Name => "Redis";

    public SharedSettings Settings => new()
    {
        Alone = (AloneMode)_options.Value.OnFailure,
        Instances = _options.Value.Instances,
        Ahead = _options.Value.TakeAhead.Ticks,
        LeaseTimeToLive = _options.Value.LeaseTimeToLive.Ticks,
    };

    public ISharedCounts Open(string service, Action<int> onNews)
    {
        var options = _options.Value;
        var schema = new KeySchema(options.Prefix, Encoding.UTF8.GetBytes(options.Secret ?? string.Empty));
        var time = _services.GetService<TimeProvider>() ?? TimeProvider.System;
        return new RedisCounts(_connections.Value, schema, schema.Of(service), _process, options, time, onNews);
    }

    public void Dispose()
    {
        if (_connections.IsValueCreated)
        {
            _connections.Value.Dispose();
        }
    }

    private ConnectionSource Connect()
    {
        var options = _options.Value;
        return options.Configuration is { } configuration
            ? ConnectionSource.Of(configuration, options.Database)
            : ConnectionSource.Of(
                () => _services.GetService<IConnectionMultiplexer>() ?? throw new InvalidOperationException(
                    "AddRateLimitingRedis was told no server, and the container has no IConnectionMultiplexer: give it a configuration such as 'localhost:6379', or add the multiplexer."),
                options.Database);
    }
}
