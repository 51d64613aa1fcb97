using RateLimited.Http.AI.Batching;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.AI.Caching;

/// <summary>What can be wrong with the options of a cache.</summary>
internal static class EmbeddingCacheFaults
{
    private const int MaxPrefix = 64;

    private static readonly DurationRange Lifetime = new(TimeSpan.FromSeconds(1), TimeSpan.FromDays(366), "a duration from 1 s to 366 days");
    private static readonly DurationRange DistributedTimeout = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), "a duration from 1 ms to 1 h");
    private static readonly NumberRange MemoryBytes = new(1_024, OptionBounds.MaxAmount, "a number of bytes from 1_024 to 10^12");

    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Something is wrong; it holds all faults.</exception>
    public static void ThrowIfAny(EmbeddingCacheOptions options)
    {
        var faults = new OptionFaults();
        faults.Duration(nameof(options.Lifetime), options.Lifetime, Lifetime);
        faults.Duration(nameof(options.DistributedTimeout), options.DistributedTimeout, DistributedTimeout);
        faults.Number(nameof(options.MaxMemoryBytes), options.MaxMemoryBytes, MemoryBytes);
        if (options.KeyPrefix is not { Length: >= 1 and <= MaxPrefix })
        {
            faults.Add(nameof(options.KeyPrefix), Fault.Quote(options.KeyPrefix), "1 to 64 characters");
        }

        if (options.Model is "")
        {
            faults.Add(nameof(options.Model), Fault.Quote(options.Model), "the name of a model, or null");
        }

        faults.ThrowIfAny("EmbeddingCache", typeof(EmbeddingCacheOptions));
    }
}
