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
        faults.Duration(PathOf(nameof(options.Quarantine)), options.Quarantine, RedisBounds.Quarantine);
        faults.Number(PathOf(nameof(options.Database)), options.Database, RedisBounds.Database);
        if (!KeySchema.IsPrefix(options.Prefix))
        {
            faults.Add(PathOf(nameof(options.Prefix)), Fault.Quote(options.Prefix), RedisBounds.Prefix);
        }

        faults.Duration(PathOf(nameof(options.Timeout)), options.Timeout, RedisBounds.Timeout);
        faults.Choice(PathOf(nameof(options.OnFailure)), options.OnFailure);
        faults.Number(PathOf(nameof(options.Instances)), options.Instances, RedisBounds.Instances);
        faults.Duration(PathOf(nameof(options.TakeAhead)), options.TakeAhead, RedisBounds.TakeAhead);
        faults.Choice(PathOf(nameof(options.GlobalLimits)), options.GlobalLimits);
        faults.Duration(PathOf(nameof(options.GlobalTakeAhead)), options.GlobalTakeAhead, RedisBounds.GlobalTakeAhead);
        faults.Duration(PathOf(nameof(options.LeaseTimeToLive)), options.LeaseTimeToLive, RedisBounds.LeaseTimeToLive);
        faults.Duration(PathOf(nameof(options.MaxHold)), options.MaxHold, RedisBounds.MaxHold);
        return faults.Over(options.Faults);

        void Server(string key, string? text)
        {
            foreach (var right in ConfigurationText.WhatWouldBeRight(text, options.AllowInsecure))
            {
                faults.Add(PathOf(key), Unsaid, right);
            }
        }
    }

    private static string PathOf(string key) => $"{RedisSectionReader.Path}:{key}";
}
