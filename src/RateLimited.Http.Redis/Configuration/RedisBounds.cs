using RateLimited.Http.Configuration;
using RateLimited.Http.Redis.Keys;

namespace RateLimited.Http.Redis.Configuration;

/// <summary>The range of every option, and the words for what is right.</summary>
internal static class RedisBounds
{
    public const string Server = "what StackExchange.Redis reads, such as 'localhost:6379'";
    public const string Secret = "what all processes know and Redis does not, such as 'openssl rand -base64 32' makes";

    public static readonly string Prefix = $"1 to {KeySchema.LongestPrefix} letters, digits, dots, dashes or underscores";
    public static readonly NumberRange Database = new(-1, int.MaxValue, "-1, the connection's own, or a database's number");
    public static readonly NumberRange Instances = new(1, 10_000, "a whole number from 1 to 10000");
    public static readonly DurationRange Timeout = new(TimeSpan.FromMilliseconds(5), TimeSpan.FromMinutes(1), "a duration from 5 ms to 1 min");
    public static readonly DurationRange TakeAhead = new(TimeSpan.Zero, TimeSpan.FromSeconds(10), "a duration from 0 s to 10 s");
    public static readonly DurationRange GlobalTakeAhead = new(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(10), "a duration from 10 ms to 10 s");
    public static readonly DurationRange LeaseTimeToLive = new(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "a duration from 1 s to 1 h");
    public static readonly DurationRange MaxHold = new(TimeSpan.FromSeconds(1), TimeSpan.FromDays(31), "a duration from 1 s to 31 days, or none");
    public static readonly DurationRange Quarantine = new(TimeSpan.Zero, TimeSpan.FromDays(31), "a duration from 0 s to 31 days");
}
