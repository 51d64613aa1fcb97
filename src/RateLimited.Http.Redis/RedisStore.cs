using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Exchange;
using RateLimited.Http.Redis.Faults;
using RateLimited.Http.Redis.Keys;
using RateLimited.Http.Redis.Watching;
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
        Globals = (GlobalCounting)_options.Value.GlobalLimits,
        GlobalAhead = _options.Value.GlobalTakeAhead.Ticks,
        LeaseTimeToLive = _options.Value.LeaseTimeToLive.Ticks,
        LongestHold = _options.Value.MaxHold?.Ticks ?? LimitRule.Never,
        Quarantine = _options.Value.Quarantine.Ticks,
    };

    public ISharedCounts Open(string service, Action<int> onNews)
    {
        var options = _options.Value;
        var schema = SchemaOf(options);
        var time = _services.GetService<TimeProvider>() ?? TimeProvider.System;
        var isCoLocated = options.GlobalLimits == RedisGlobalLimits.CoLocated;
        return new RedisCounts(_connections.Value, schema, isCoLocated ? schema.Beside(service) : schema.Of(service), _process, options, time, onNews);
    }

    /// <summary>Runs the script with nothing to decide, on the first server that can be asked. Returns what that does when its memory is full, where this program may know.</summary>
    /// <exception cref="SharedStoreException">It did not run.</exception>
    public async Task<string?> ProbeAsync(CancellationToken token)
    {
        var options = _options.Value;
        try
        {
            var connection = await ConnectedAsync(options.Timeout, token).ConfigureAwait(false);
            var keys = SchemaOf(options).Of(string.Empty);
            await RedisMessage.ProbeAsync(connection, keys.Calls(_process), options.Timeout, token).ConfigureAwait(false);
            return await connection.EvictionAsync().WaitAsync(options.Timeout, token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not (SharedStoreException or OperationCanceledException))
        {
            throw RedisCounts.Translated(failure);
        }
    }

    /// <summary>Says how a service is in this process, and hears what all processes say: in one round trip, of the first server that can be asked. Bounded in time.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="said">What is said, on one line; nothing where this process leaves.</param>
    /// <param name="lives">For how long that counts.</param>
    /// <param name="wants">Whether what the others say is wanted.</param>
    /// <param name="acknowledged">Of which alert somebody here knows; null for none.</param>
    /// <returns>What <see cref="UsageAnswer"/> reads.</returns>
    /// <exception cref="SharedStoreException">It was not said, or nobody knows.</exception>
    public async Task<byte[]> TellUsageAsync(string service, byte[] said, TimeSpan lives, bool wants, Acknowledgement? acknowledged = null)
    {
        var options = _options.Value;
        try
        {
            var connection = await ConnectedAsync(options.Timeout, CancellationToken.None).ConfigureAwait(false);
            var keys = SchemaOf(options).Of(service);
            var alert = acknowledged is null ? string.Empty : keys.Alert(acknowledged.Id);
            RedisValue[] values = [_process, said, (long)lives.TotalMilliseconds, wants ? 1 : 0, alert, acknowledged?.ToBytes() ?? [], (long)Acknowledgement.Lives.TotalMilliseconds];
            return await ExchangeScript.Usage.RunAsync(connection, [keys.Usage, keys.Acknowledged], values).WaitAsync(options.Timeout).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not SharedStoreException)
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

    private static KeySchema SchemaOf(RedisStoreOptions options) => new(options.Prefix, Encoding.UTF8.GetBytes(options.Secret ?? string.Empty));

    private async Task<IRedisConnection> ConnectedAsync(TimeSpan timeout, CancellationToken token)
    {
        var connection = await _connections.Value[0].GetAsync().WaitAsync(timeout, token).ConfigureAwait(false);
        connection = !connection.IsConnected && _connections.Value.Length > 1 ? await _connections.Value[1].GetAsync().WaitAsync(timeout, token).ConfigureAwait(false) : connection;
        return connection.IsConnected
            ? connection
            : throw new SharedStoreException(RedisFaultText.Of(RedisErrorKind.ConnectionLost), new InvalidOperationException(), passes: true, mayBeDone: false);
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
