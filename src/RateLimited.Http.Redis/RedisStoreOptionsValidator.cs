using Microsoft.Extensions.Options;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Keys;

namespace RateLimited.Http.Redis;

/// <summary>Refuses options that are not right, all faults at once. No sentence repeats the configuration, which may hold a password.</summary>
internal sealed class RedisStoreOptionsValidator : IValidateOptions<RedisStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, RedisStoreOptions options)
    {
        var faults = new List<string>();
        Check(KeySchema.IsPrefix(options.Prefix), nameof(options.Prefix), $"1 to {KeySchema.LongestPrefix} letters, digits, dots, dashes or underscores");
        Check(IsWithin(options.Timeout, TimeSpan.FromMilliseconds(5), TimeSpan.FromMinutes(1)), nameof(options.Timeout), "a duration from 5 ms to 1 min");
        Check(Enum.IsDefined(options.OnFailure), nameof(options.OnFailure), "LocalShare, FailClosed or FailOpen");
        Check(options.Instances is >= 1 and <= 10_000, nameof(options.Instances), "a number from 1 to 10000");
        Check(IsWithin(options.TakeAhead, TimeSpan.Zero, TimeSpan.FromSeconds(10)), nameof(options.TakeAhead), "a duration from 0 s to 10 s");
        Check(Enum.IsDefined(options.GlobalLimits), nameof(options.GlobalLimits), "PerProcess, CoLocated or Blocks");
        Check(IsWithin(options.GlobalTakeAhead, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(10)), nameof(options.GlobalTakeAhead), "a duration from 10 ms to 10 s");
        Check(IsWithin(options.LeaseTimeToLive, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)), nameof(options.LeaseTimeToLive), "a duration from 1 s to 1 h");
        Check(options.Database >= -1, nameof(options.Database), "-1, the connection's own, or a database's number");
        Check(IsWithin(options.Quarantine, TimeSpan.Zero, TimeSpan.FromDays(31)), nameof(options.Quarantine), "a duration from 0 s to 31 days");
        CheckConfiguration(options.Configuration, nameof(options.Configuration), options.AllowInsecure);
        CheckConfiguration(options.Failover, nameof(options.Failover), options.AllowInsecure);

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check(bool isRight, string option, string right)
        {
            if (!isRight)
            {
                faults.Add($"RedisStoreOptions.{option}: not right → {right}.");
            }
        }

        void CheckConfiguration(string? text, string option, bool allowsInsecure) =>
            faults.AddRange(ConfigurationText.WhatWouldBeRight(text, allowsInsecure).Select(right => $"RedisStoreOptions.{option}: not right → {right}."));
    }

    private static bool IsWithin(TimeSpan value, TimeSpan least, TimeSpan most) => value >= least && value <= most;
}
