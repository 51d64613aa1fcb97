using Microsoft.Extensions.Options;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Keys;

namespace RateLimited.Http.History.Redis;

/// <summary>Refuses options that are not right, all faults at once. No sentence repeats the configuration, which may hold a password.</summary>
internal sealed class RedisHistoryOptionsValidator : IValidateOptions<RedisHistoryOptions>
{
    private const int LeastRecords = 1_000;
    private const int MostRecords = 100_000_000;

    public ValidateOptionsResult Validate(string? name, RedisHistoryOptions options)
    {
        var faults = FaultsOf(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> FaultsOf(RedisHistoryOptions options)
    {
        if (!KeySchema.IsPrefix(options.Prefix))
        {
            yield return Fault(nameof(options.Prefix), $"1 to {KeySchema.LongestPrefix} letters, digits, dots, dashes or underscores");
        }

        if (options.MaxRecords is < LeastRecords or > MostRecords)
        {
            yield return Fault(nameof(options.MaxRecords), $"a number from {LeastRecords} to {MostRecords}");
        }

        if (options.Database < -1)
        {
            yield return Fault(nameof(options.Database), "-1, the connection's own, or a database's number");
        }

        foreach (var right in ConfigurationText.WhatWouldBeRight(options.Configuration, options.AllowInsecure))
        {
            yield return Fault(nameof(options.Configuration), right);
        }
    }

    private static string Fault(string option, string right) => $"RedisHistoryOptions.{option}: not right → {right}.";
}
