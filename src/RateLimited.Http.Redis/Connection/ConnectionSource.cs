using StackExchange.Redis;

namespace RateLimited.Http.Redis.Connection;

/// <summary>One connection for all services, made when it is first needed. A multiplexer that was made here is closed here; one that the program shares is not. Thread-safe.</summary>
internal sealed class ConnectionSource : IDisposable
{
    private readonly Func<Task<IConnectionMultiplexer>> _connect;
    private readonly bool _isOwned;
    private readonly int _database;
    private readonly Lock _gate = new();
    private Task<IRedisConnection>? _connection;
    private IConnectionMultiplexer? _multiplexer;
    private IRedisConnection? _made;

    private ConnectionSource(Func<Task<IConnectionMultiplexer>> connect, int database, bool isOwned) => (_connect, _database, _isOwned) = (connect, database, isOwned);

    /// <summary>A multiplexer of our own.</summary>
    public static ConnectionSource Of(string configuration, int database)
    {
        var options = ConfigurationOptions.Parse(configuration);

        // Servers that are down now are found later; and an exception that says which keys were meant says too much.
        options.AbortOnConnectFail = false;
        return new ConnectionSource(async () => await ConnectionMultiplexer.ConnectAsync(options).ConfigureAwait(false), database, isOwned: true);
    }

    /// <summary>The program's.</summary>
    public static ConnectionSource Of(Func<IConnectionMultiplexer> shared, int database) => new(() => Task.FromResult(shared()), database, isOwned: false);

    /// <summary>One that is there already, and is somebody else's.</summary>
    public static ConnectionSource Of(IRedisConnection made) => new(() => throw new InvalidOperationException("It is there already."), database: -1, isOwned: false)
    {
        _connection = Task.FromResult(made),
        _made = made,
    };

    /// <summary>The connection, which may be one that is not connected. An attempt that failed is made anew.</summary>
    public Task<IRedisConnection> GetAsync()
    {
        lock (_gate)
        {
            if (_connection is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _connection = ConnectAsync();
            }

            return _connection;
        }
    }

    /// <summary>The connection, once it was made.</summary>
    public IRedisConnection? Current => Volatile.Read(ref _made);

    public void Dispose()
    {
        if (_isOwned)
        {
            // The interface has had it from IDisposable only since 2.0.
            (_multiplexer as IDisposable)?.Dispose();
        }
    }

    private async Task<IRedisConnection> ConnectAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        _multiplexer = await Elsewhere.GoOnAsync(_connect()).ConfigureAwait(false);
        var made = new StackExchangeConnection(_multiplexer, _database);
        Volatile.Write(ref _made, made);
        return made;
    }
}
