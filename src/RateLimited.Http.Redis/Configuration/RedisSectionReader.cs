using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Redis.Configuration;

/// <summary>Reads the section <c>RateLimiting:Redis</c>. One text in its place is where Redis is.</summary>
internal static class RedisSectionReader
{
    public const string Section = "Redis";
    public const string Path = $"{RateLimitingOptionsReader.Root}:{Section}";

    public static readonly IReadOnlyList<SectionKey<RedisStoreOptions>> Keys =
    [
        new(nameof(RedisStoreOptions.Configuration), static (reader, section, redis) => redis.Configuration = reader.Text(section, RedisBounds.Server) ?? redis.Configuration),
        new(nameof(RedisStoreOptions.Failover), static (reader, section, redis) => redis.Failover = reader.Text(section, RedisBounds.Server) ?? redis.Failover),
        new(nameof(RedisStoreOptions.Quarantine), static (reader, section, redis) => reader.Duration(section, RedisBounds.Quarantine, value => redis.Quarantine = value)),
        new(nameof(RedisStoreOptions.Database), static (reader, section, redis) => reader.Number(section, RedisBounds.Database, value => redis.Database = (int)value)),
        new(nameof(RedisStoreOptions.Prefix), static (reader, section, redis) => redis.Prefix = reader.Text(section, RedisBounds.Prefix) ?? redis.Prefix),
        new(nameof(RedisStoreOptions.Secret), static (reader, section, redis) => redis.Secret = reader.Text(section, RedisBounds.Secret) ?? redis.Secret),
        new(nameof(RedisStoreOptions.Timeout), static (reader, section, redis) => reader.Duration(section, RedisBounds.Timeout, value => redis.Timeout = value)),
        new(nameof(RedisStoreOptions.OnFailure), static (reader, section, redis) => reader.Choice<RedisFailureMode>(section, value => redis.OnFailure = value)),
        new(nameof(RedisStoreOptions.Instances), static (reader, section, redis) => reader.Number(section, RedisBounds.Instances, value => redis.Instances = (int)value)),
        new(nameof(RedisStoreOptions.TakeAhead), static (reader, section, redis) => reader.Duration(section, RedisBounds.TakeAhead, value => redis.TakeAhead = value)),
        new(nameof(RedisStoreOptions.GlobalLimits), static (reader, section, redis) => reader.Choice<RedisGlobalLimits>(section, value => redis.GlobalLimits = value)),
        new(nameof(RedisStoreOptions.GlobalTakeAhead), static (reader, section, redis) => reader.Duration(section, RedisBounds.GlobalTakeAhead, value => redis.GlobalTakeAhead = value)),
        new(nameof(RedisStoreOptions.LeaseTimeToLive), static (reader, section, redis) => reader.Duration(section, RedisBounds.LeaseTimeToLive, value => redis.LeaseTimeToLive = value)),
        new(nameof(RedisStoreOptions.MaxHold), static (reader, section, redis) => reader.Duration(section, RedisBounds.MaxHold, value => redis.MaxHold = value)),
        new(nameof(RedisStoreOptions.AllowInsecure), static (reader, section, redis) => reader.Truth(section, value => redis.AllowInsecure = value)),
    ];

    public static void Read(IConfigurationSection section, RedisStoreOptions redis)
    {
        // It may hold a password, which no fault may repeat.
        redis.Configuration = string.IsNullOrWhiteSpace(section.Value) ? redis.Configuration : section.Value.Trim();
        new SectionReader(redis.Faults).Keys(section.GetChildren(), redis, Keys);
    }
}

/// <summary>Fills the options from configuration, where there is one. Delegates of the program's come after it.</summary>
internal sealed class RedisOptionsSource(IConfiguration? configuration = null) : IConfigureOptions<RedisStoreOptions>
{
    public void Configure(RedisStoreOptions options)
    {
        if (configuration is not null)
        {
            RedisSectionReader.Read(configuration.GetSection(RedisSectionReader.Path), options);
        }
    }
}
