using System.Globalization;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Faults;
using RateLimited.Http.Redis.Keys;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Exchange;

/// <summary>One service's limits in Redis. One script, one round trip, the server's clock. Called by one at a time.</summary>
internal sealed class RedisCounts : ISharedCounts
{
    /// <summary>What a message begins with that says how many processes there are, now that one more has joined.</summary>
    private const char Joined = 'j';

    private readonly ConnectionSource _connections;
    private readonly KeySchema _schema;
    private readonly ServiceKeys _keys;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly long _leaseTicks;
    private readonly long _owner;
    private readonly string _calls;
    private readonly Action<int> _onNews;
    private long _sequence;
    private long _serverAhead;
    private bool _isSubscribed;
    private Task _lookingAround = Task.CompletedTask;

    public RedisCounts(ConnectionSource connections, KeySchema schema, ServiceKeys keys, string process, RedisStoreOptions options, TimeProvider time, Action<int> onNews)
    {
        (_connections, _schema, _keys, _time, _onNews) = (connections, schema, keys, time, onNews);
        (_timeout, _leaseTicks) = (options.Timeout, options.LeaseTimeToLive.Ticks);
        _owner = schema.LimitIdOf("process", process);
        _calls = keys.Calls(process);
    }

    /// <summary>What the server's clock shows, as far as is known. Only midnights depend on it, and the server checks them.</summary>
    private long ServerNow => ((_time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond) + _serverAhead;

    public async Task ExchangeAsync(SharedExchange exchange, bool isRetry)
    {
        var work = WorkAsync(exchange, isRetry);
        try
        {
            await work.WaitAsync(_timeout, _time).ConfigureAwait(false);
        }
        catch (TimeoutException late) when (!work.IsCompleted)
        {
            // Whatever comes of it is nobody's business any more.
            _ = work.ContinueWith(static lost => _ = lost.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw new SharedStoreException($"It did not answer within {_timeout.TotalMilliseconds:0} ms.", late, passes: true, mayBeDone: true);
        }
        catch (Exception failure) when (failure is not SharedStoreException)
        {
            var translated = Translated(failure);
            LookAround(translated);
            throw translated;
        }
    }

    /// <summary>The client would look for another primary by itself, within a minute.</summary>
    private void LookAround(SharedStoreException failure)
    {
        if (failure.Passes && _lookingAround.IsCompleted && _connections.Current is { } connection)
        {
            _lookingAround = connection.LookAroundAsync();
        }
    }

    private static SharedStoreException Translated(Exception failure)
    {
        var kind = RedisError.KindOf(failure);
        var passes = RedisError.ClassOf(kind) is RedisFaultClass.Transient or RedisFaultClass.Topology or RedisFaultClass.Repeat;
        return new SharedStoreException(RedisFaultText.Of(kind), failure, passes, mayBeDone: kind is RedisErrorKind.TimedOut or RedisErrorKind.ConnectionLost);
    }

    private async Task WorkAsync(SharedExchange exchange, bool isRetry)
    {
        var connection = await _connections.GetAsync().ConfigureAwait(false);
        if (!connection.IsConnected)
        {
            // A call made now would wait in a queue, and be carried out when nobody wants it any more.
            throw new SharedStoreException(RedisFaultText.Of(RedisErrorKind.ConnectionLost), new InvalidOperationException(), passes: true, mayBeDone: false);
        }

        if (!_isSubscribed)
        {
            await connection.SubscribeAsync(_keys.Channel, message => _onNews(InstancesOf(message))).ConfigureAwait(false);
            _isSubscribed = true;
        }

        var message = new RedisMessage(exchange, _keys, AddressOf, _leaseTicks);
        var keys = message.KeysWith(_calls);
        _sequence += isRetry ? 0 : 1;
        for (var serverNow = ServerNow; ;)
        {
            var localNow = exchange.LocalNow();
            var answer = await ExchangeScript.Current.RunAsync(connection, keys, [message.ToBytes(_owner, _sequence, isRetry, serverNow, localNow), _keys.Channel, message.LastOfHeads]).ConfigureAwait(false);
            var (shown, wantsOtherMidnights) = message.Read(answer);
            if (!wantsOtherMidnights)
            {
                _serverAhead += shown - ServerNow;
                return;
            }

            serverNow = shown;
        }
    }

    /// <summary>How many processes there are, where a message says that one has joined; else zero. Whatever else is published here says that somebody should look again.</summary>
    private static int InstancesOf(string message) =>
        message.StartsWith(Joined) && int.TryParse(message.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var instances) ? instances : 0;

    private LimitAddress AddressOf(SharedBalance balance)
    {
        if (balance.Address is LimitAddress known && ReferenceEquals(known.Rule, balance.Rule))
        {
            return known;
        }

        var address = LimitAddress.Of(balance, _schema, _keys, _leaseTicks);
        balance.Address = address;
        return address;
    }
}
