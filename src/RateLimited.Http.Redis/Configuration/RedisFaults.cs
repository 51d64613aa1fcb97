using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Keys;

namespace RateLimited.Http.Redis.Configuration;

/// <summary>What can be wrong with the options, all of it at once. No sentence repeats where Redis is, which may hold a password, nor the secret.</summary>
internal sealed class RedisFaults : IValidateOptions<RedisStoreOptions>
{
    private const string Unsaid = "not right";

    public ValidateOptionsResult Validate(string? name, RedisStoreOptions options) => Of(options).Result();

    public static FaultList Of(RedisStoreOptions options)
    {
        var faults = new FaultList();
        Server(nameof(options.Configuration), options.Configuration);
        Server(nameof(options.Failover), options.Failover);
        Duration(nameof(options.Quarantine), options.Quarantine, RedisBounds.Quarantine);
        Number(nameof(options.Database), options.Database, RedisBounds.Database);
        if (!KeySchema.IsPrefix(options.Prefix))
        {
            faults.Add(PathOf(nameof(options.Prefix)), Fault.Quote(options.Prefix), RedisBounds.Prefix);
        }

        Duration(nameof(options.Timeout), options.Timeout, RedisBounds.Timeout);
        Choice(nameof(options.OnFailure), options.OnFailure);
        Number(nameof(options.Instances), options.Instances, RedisBounds.Instances);
        Duration(nameof(options.TakeAhead), options.TakeAhead, RedisBounds.TakeAhead);
        Choice(nameof(options.GlobalLimits), options.GlobalLimits);
        Duration(nameof(options.GlobalTakeAhead), options.GlobalTakeAhead, RedisBounds.GlobalTakeAhead);
        Duration(nameof(options.LeaseTimeToLive), options.LeaseTimeToLive, RedisBounds.LeaseTimeToLive);
        Duration(nameof(options.MaxHold), options.MaxHold ?? RedisBounds.MaxHold.Max, RedisBounds.MaxHold);
        return faults.Over(options.Faults);

        void Server(string key, string? text)
        {
            foreach (var right in ConfigurationText.WhatWouldBeRight(text, options.AllowInsecure))
            {
                faults.Add(PathOf(key), Unsaid, right);
            }
        }

        void Number(string key, long value, NumberRange range)
        {
            if (!range.Contains(value))
            {
                faults.Add(PathOf(key), Fault.Quote(value), range.Right);
            }
        }

        void Duration(string key, TimeSpan value, DurationRange range)
        {
            if (!range.Contains(value))
            {
                faults.Add(PathOf(key), Fault.Quote(value), range.Right);
            }
        }

        void Choice<T>(string key, T value)
            where T : struct, Enum
        {
            if (!Enum.IsDefined(value))
            {
                faults.Add(PathOf(key), Fault.Quote(value.ToString()), EnumText.Names<T>());
            }
        }
    }

    private static string PathOf(string key) => $"{RedisSectionReader.Path}:{key}";
}
