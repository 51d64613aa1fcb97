using Microsoft.Extensions.AI;

namespace RateLimited.Http.AI.Embeddings;

/// <summary>What a call used, of all the requests its texts went with. Not thread-safe.</summary>
internal sealed class UsageSum
{
    private UsageDetails? _sum;

    /// <summary>Null where nothing was reported.</summary>
    public UsageDetails? Total => _sum;

    public void Add(UsageDetails? usage)
    {
        if (usage is not null)
        {
            (_sum ??= new UsageDetails()).Add(usage);
        }
    }

    public void Add(UsageShare? share)
    {
        if (share is not { } part)
        {
            return;
        }

        var (whole, sum) = (part.Whole, _sum ??= new UsageDetails());
        sum.InputTokenCount = Plus(sum.InputTokenCount, part.Of(whole.InputTokenCount));
        sum.OutputTokenCount = Plus(sum.OutputTokenCount, part.Of(whole.OutputTokenCount));
        sum.TotalTokenCount = Plus(sum.TotalTokenCount, part.Of(whole.TotalTokenCount));
        sum.CachedInputTokenCount = Plus(sum.CachedInputTokenCount, part.Of(whole.CachedInputTokenCount));
        foreach (var (name, count) in whole.AdditionalCounts ?? [])
        {
            var counts = sum.AdditionalCounts ??= [];
            counts[name] = (counts.TryGetValue(name, out var before) ? before : 0) + part.Of(count).GetValueOrDefault();
        }
    }

    private static long? Plus(long? a, long? b) => a is null ? b : a + (b ?? 0);
}
