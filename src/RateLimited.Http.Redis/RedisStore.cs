using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Exchange;
using RateLimited.Http.Redis.Faults;
using RateLimited.Http.Redis.Keys;
using StackExchange.Redis;

namespace RateLimited.Http.Redis;

/// <summary>Redis as the store of all services of one container that name it. Thread-safe.</summary>
internal sealed class RedisStore : ISharedStore, IDisposable
{
    private readonly IServiceProvider _services;
    private readonly IOptions<RedisStoreOptions> _options;
    private readonly Lazy<ConnectionSource[]> _connections;

    /// <summary>Which process this is: no other has its number, nor had this one in an earlier life.</summary>
    private readonly string _process = Guid.NewGuid().ToString("N");

    public RedisStore(IServiceProvider services, IOptions<RedisStoreOptions> options)
    {
        (_services, _options) = (services, options);
        _connections = new Lazy<ConnectionSource[]>(Connect);
    }

    public string Name => "Redis";

    public string? LacksForKeys => Encoding.UTF8.GetByteCount(_options.Value.Secret ?? string.Empty) >= KeySchema.ShortestKeySecret
        ? null
        : $"a RedisStoreOptions.Secret of {KeySchema.ShortestKeySecret} bytes at least, the same in all processes: an API key's hash is told to Redis, and without a secret it could be found out whose it is";

    public SharedSettings Settings => new()
    {
        Alone = (AloneMode)_options.Value.OnFailure,
        Instances = _options.Value.Instances,
        Ahead = _options.Value.TakeAhead.Ticks,
        LeaseTimeToLive = _options.Value.LeaseTimeToLive.Ticks,
        Quarantine = _options.Value.Quarantine.Ticks,
    };

    public ISharedCounts Open(string service, Action<int> onNews)
    {
        var options = _options.Value;
        var schema = new KeySchema(options.Prefix, Encoding.UTF8.GetBytes(options.Secret ?? string.Empty));
        var time = _services.GetService<TimeProvider>() ?? TimeProvider.System;
        return new RedisCounts(_connections.Value, schema, schema.Of(service), _process, options, time, onNews);
    }

    /// <summary>Runs the script with nothing to decide, on the first server that can be asked. Returns what that does when its memory is full, where this program may know.</summary>
    /// <exception cref="SharedStoreException">It did not run.</exception>
    public async Task<string?> ProbeAsync(CancellationToken token)
    {
        var options = _options.Value;
        try
        {
            var connection = await _connections.Value[0].GetAsync().WaitAsync(options.Timeout, token).ConfigureAwait(false);
            connection = !connection.IsConnected && _connections.Value.Length > 1 ? await _connections.Value[1].GetAsync().WaitAsync(options.Timeout, token).ConfigureAwait(false) : connection;
            if (!connection.IsConnected)
            {
                throw new SharedStoreException(RedisFaultText.Of(RedisErrorKind.ConnectionLost), new InvalidOperationException(), passes: true, mayBeDone: false);
            }

            var keys = new KeySchema(options.Prefix, Encoding.UTF8.GetBytes(options.Secret ?? string.Empty)).Of(string.Empty);
            await RedisMessage.ProbeAsync(connection, keys.Calls(_process), options.Timeout, token).ConfigureAwait(false);
            return await connection.EvictionAsync().WaitAsync(options.Timeout, token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not (SharedStoreException or OperationCanceledException))
        {
            throw RedisCounts.Translated(failure);
        }
    }

    public void Dispose()
    {
        if (_connections.IsValueCreated)
        {
            foreach (var connection in _connections.Value)
            {
                connection.Dispose();
            }
        }
    }

    private ConnectionSource[] Connect()
    {
        var options = _options.Value;
        var first = FirstOf(options);
        return options.Failover is { } failover ? [first, ConnectionSource.Of(failover, options.Database)] : [first];
    }

    private ConnectionSource FirstOf(RedisStoreOptions options) =>
        options.Configuration is { } configuration
            ? ConnectionSource.Of(configuration, options.Database)
            : ConnectionSource.Of(
                () => _services.GetService<IConnectionMultiplexer>() ?? throw new InvalidOperationException(
                    "AddRateLimitingRedis was told no server, and the container has no IConnectionMultiplexer: give it a configuration such as 'localhost:6379', or add the multiplexer."),
                options.Database);
}
