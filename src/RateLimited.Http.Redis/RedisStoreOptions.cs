using RateLimited.Http.Configuration;

namespace RateLimited.Http.Redis;

/// <summary>
/// How limits are counted in Redis, for all services whose <c>Store</c> is <c>Redis</c>: the section <c>RateLimiting:Redis</c>, and what the program says in code, which goes before it. Read once, when the first of them is
/// made.
/// </summary>
public sealed class RedisStoreOptions
{
    /// <summary>
    /// Where Redis is, as StackExchange.Redis reads it: <c>localhost:6379</c>, <c>redis.example.com:6380,ssl=true,password=…</c>. Default: null, the container's <c>IConnectionMultiplexer</c>.
    /// Nothing connects before a request is to be decided.
    /// </summary>
    public string? Configuration { get; set; }

    /// <summary>
    /// A second Redis, of the same form, that is asked while the first cannot be. It knows nothing of what the first has counted, so that at most one burst or one window's quota goes besides, unless there is
    /// a <see cref="Quarantine"/>. As soon as the first can be asked again it is. Default: null, none.
    /// </summary>
    public string? Failover { get; set; }

    /// <summary>
    /// For how long nobody goes after Redis has lost what it had counted, by a failover or a flush: the longest window, if nothing may go besides; 0 to 31 days, and at most as long as a service believes its
    /// upstream (<c>MaxHint</c>). Default: zero, all go on.
    /// </summary>
    public TimeSpan Quarantine { get; set; }

    /// <summary>The database's number. Default: -1, the connection's own.</summary>
    public int Database { get; set; } = -1;

    /// <summary>What all keys begin with: 1 to 32 letters, digits, dots, dashes and underscores. Programs of one prefix share their limits. Default: <c>rl</c>.</summary>
    public string Prefix { get; set; } = "rl";

    /// <summary>
    /// What names of services, endpoints and tenants are hashed with, so that keys tell nothing of them, and API keys; the same in all processes that share limits. Default: null, no secret: then whoever
    /// reads keys can find out by trying whether a name is among them, and a service with API keys does not start. It needs one of 16 bytes at least, best made at random.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary>How long Redis is waited for before this process decides alone: 5 ms to 1 min. What may have been carried out is asked once more. Default: 500 ms.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>What happens while Redis cannot be asked. Default: <see cref="RedisFailureMode.LocalShare"/>.</summary>
    public RedisFailureMode OnFailure { get; set; }

    /// <summary>
    /// How many processes share the quotas at least: 1 to 10 000. While Redis cannot be asked each has its quota divided by as many, or by as many as Redis counted last, if those were more. Default: 2.
    /// </summary>
    public int Instances { get; set; } = 2;

    /// <summary>
    /// For how long a process takes quota ahead of its requests, by the rate at which it sends: 0 to 10 s. What it does not spend in that time it gives back. Limits are padded by as much, so that they hold.
    /// Default: zero, every request is asked for.
    /// </summary>
    public TimeSpan TakeAhead { get; set; }

    /// <summary>
    /// Where the limits over all services are counted: the same in all processes. Where they are counted in Redis, every service's <c>Store</c> has to be <c>Redis</c>. Default:
    /// <see cref="RedisGlobalLimits.PerProcess"/>.
    /// </summary>
    public RedisGlobalLimits GlobalLimits { get; set; }

    /// <summary>
    /// For how long a block of a limit over all services may be spent, where <see cref="GlobalLimits"/> is <see cref="RedisGlobalLimits.Blocks"/>: 10 ms to 10 s. Those limits are padded by as much, so that
    /// they hold. Default: 250 ms.
    /// </summary>
    public TimeSpan GlobalTakeAhead { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>After how long without a word a process's concurrent requests are taken to have died with it: 1 s to 1 h. It says a word three times as often. Default: 30 s.</summary>
    public TimeSpan LeaseTimeToLive { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// For how long a request may hold what concurrency limits count, at most an eighth longer: 1 s to 31 days. After it its place is given to others, a warning says so, and <see cref="ServiceLease.Lost"/> is cancelled; a response
    /// goes on. Default: null, for as long as its process says that it lives: a stream may last for hours.
    /// </summary>
    public TimeSpan? MaxHold { get; set; }

    /// <summary>Whether <see cref="Configuration"/> may name a server that is not on this machine without TLS. Default: false.</summary>
    public bool AllowInsecure { get; set; }

    /// <summary>What could not be read.</summary>
    internal FaultList Faults { get; } = new();
}
