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

    /// <summary>How long a server rests that has failed while there is another.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    /// <summary>A server remembers calls for a minute: who has not called for nearly as long has no reason to wonder.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(50);

    private readonly ConnectionSource[] _servers;
    private readonly ServerChoice _choice = new(Rest.Ticks);
    private readonly KeySchema _schema;
    private readonly ServiceKeys _keys;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly long _leaseTicks;
    private readonly long _owner;
    private readonly string _calls;
    private readonly Action<int> _onNews;
    private readonly Task?[] _subscribing;
    private long _sequence;
    private long _serverAhead;
    private int _asked;
    private int _answered = -1;
    private long? _wroteAt;
    private Task _lookingAround = Task.CompletedTask;

    public RedisCounts(ConnectionSource[] servers, KeySchema schema, ServiceKeys keys, string process, RedisStoreOptions options, TimeProvider time, Action<int> onNews)
    {
        (_servers, _schema, _keys, _time, _onNews) = (servers, schema, keys, time, onNews);
        (_timeout, _leaseTicks) = (options.Timeout, options.LeaseTimeToLive.Ticks);

        // Beside others each of a process's services holds what it holds of the limits over all.
        _owner = keys.Takers is null ? schema.LimitIdOf("process", process) : schema.LimitIdOf("process", process, keys.Service);
        _calls = keys.Calls(process);
        _subscribing = new Task?[servers.Length];
    }

    /// <summary>What the server's clock shows, as far as is known. Only midnights depend on it, and the server checks them.</summary>
    private long ServerNow => ((_time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond) + _serverAhead;

    private long Now => _time.GetElapsedTime(0).Ticks;

    public TimeSpan RemembersFor => _servers.Length == 1 ? Remembered : TimeSpan.Zero;

    public async Task ExchangeAsync(SharedExchange exchange, bool isRetry)
    {
        try
        {
            // What is told once more is told to the same server, which may know it already. Nothing has been sent before there is a connection: making one may take as long as being told twice.
            _asked = isRetry ? _asked : await WithinAsync(PickAsync(), _timeout, mayBeDone: false).ConfigureAwait(false);
            var connection = await WithinAsync(_servers[_asked].GetAsync(), 2 * _timeout, mayBeDone: false).ConfigureAwait(false);
            if (!connection.IsConnected)
            {
                // A call made now would wait in a queue, and be carried out when nobody wants it any more.
                throw new SharedStoreException(RedisFaultText.Of(RedisErrorKind.ConnectionLost), new InvalidOperationException(), passes: true, mayBeDone: false);
            }

            Subscribe(connection, _asked);
            await TellAsync(connection, exchange, isRetry).ConfigureAwait(false);
        }
        catch (SharedStoreException failure)
        {
            NoteFailure(failure);
            throw;
        }
        catch (Exception failure)
        {
            var translated = Translated(failure);
            NoteFailure(translated);
            LookAround(translated);
            throw translated;
        }
    }

    /// <summary>Whatever comes too late touches nothing any more: what was asked may be asked again meanwhile.</summary>
    private async Task<T> WithinAsync<T>(Task<T> work, TimeSpan patience, bool mayBeDone)
    {
        await ((Task)work).WaitAsync(patience, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (work.IsCompleted)
        {
#pragma warning disable VSTHRD003 // It is over.
            return await work.ConfigureAwait(false);
#pragma warning restore VSTHRD003
        }

        _ = work.ContinueWith(static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        throw new SharedStoreException($"It did not answer within {patience.TotalMilliseconds:0} ms.", new TimeoutException(), passes: true, mayBeDone);
    }

    private void NoteFailure(SharedStoreException failure)
    {
        if (failure.Passes)
        {
            _choice.Failed(_asked, Now);
        }
    }

    /// <summary>The client would look for another primary by itself, within a minute.</summary>
    private void LookAround(SharedStoreException failure)
    {
        if (failure.Passes && _lookingAround.IsCompleted && _servers[_asked].Current is { } connection)
        {
            _lookingAround = connection.LookAroundAsync();
        }
    }

    /// <summary>What a fault means for whoever counts on the store.</summary>
    public static SharedStoreException Translated(Exception failure)
    {
        var kind = RedisError.KindOf(failure);
        var passes = RedisError.ClassOf(kind) is RedisFaultClass.Transient or RedisFaultClass.Topology or RedisFaultClass.Repeat;
        return new SharedStoreException(RedisFaultText.Of(kind), failure, passes, mayBeDone: kind is RedisErrorKind.TimedOut or RedisErrorKind.ConnectionLost);
    }

    private async Task TellAsync(IRedisConnection connection, SharedExchange exchange, bool isRetry)
    {
        var message = new RedisMessage(exchange, _keys, AddressOf, _leaseTicks);
        var keys = message.KeysWith(_calls);
        _sequence += isRetry ? 0 : 1;
        for (var serverNow = ServerNow; ;)
        {
            var localNow = exchange.LocalNow();
            var asked = ExchangeScript.Current.RunAsync(connection, keys, message.Values(_owner, _sequence, isRetry, serverNow, localNow));
            var (shown, wantsOtherMidnights) = message.Read(await WithinAsync(asked, _timeout, mayBeDone: true).ConfigureAwait(false));
            if (!wantsOtherMidnights)
            {
                _serverAhead += shown - ServerNow ?? 0;
                TakeNote(exchange, message, _asked);
                return;
            }

            serverNow = shown ?? serverNow;
        }
    }

    /// <summary>Listens to the others, beside asking: whoever hears nothing asks again before long.</summary>
    private void Subscribe(IRedisConnection connection, int server)
    {
        if (_subscribing[server] is null or { IsFaulted: true } or { IsCanceled: true })
        {
            _ = _subscribing[server]?.Exception;
            _subscribing[server] = connection.SubscribeAsync(_keys.Channel, message => _onNews(InstancesOf(message)));
        }
    }

    private async Task<int> PickAsync()
    {
        if (_servers.Length == 1)
        {
            return 0;
        }

        // A first that is not there takes its time to be found out: the other must not wait for that.
        var (first, second) = (_servers[0].GetAsync(), _servers[1].GetAsync());
        await Task.WhenAny(first, Task.Delay(_timeout / 2, _time)).ConfigureAwait(false);
        return _choice.Pick(Now, IsConnected(first), IsConnected(second));
    }

    private static bool IsConnected(Task<IRedisConnection> connecting) => connecting is { IsCompletedSuccessfully: true, Result.IsConnected: true };

    /// <summary>Whether the server knows what this process has told: not if it is another one, nor if it has lost the record of a call that was made a short while ago.</summary>
    private void TakeNote(SharedExchange exchange, RedisMessage message, int server)
    {
        var isRemembered = _wroteAt is { } wrote && _time.GetElapsedTime(wrote) < Remembered;
        exchange.HasForgotten = (_answered >= 0 && _answered != server) || (message.IsFirst && isRemembered);
        _answered = server;
        _wroteAt = message.Writes ? _time.GetTimestamp() : _wroteAt;
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
