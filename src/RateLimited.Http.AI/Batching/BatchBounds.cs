namespace RateLimited.Http.AI.Batching;

/// <summary>How much a batch and a line hold. What is not counted has no bound.</summary>
internal sealed record BatchBounds
{
    public required int Items { get; init; }

    public long Bytes { get; init; } = long.MaxValue;

    public long Cost { get; init; } = long.MaxValue;

    public long ItemCost { get; init; } = long.MaxValue;

    /// <summary>In ticks.</summary>
    public required long Delay { get; init; }

    public required int Calls { get; init; }

    public required int QueueLength { get; init; }

    /// <summary>How many items come into line at once: a batch of them, where that many can be in line.</summary>
    public int Together => Math.Min(Items, QueueLength);

    public BatchOverflow Overflow { get; init; }

    public int Splits { get; init; }

    public int Repeats { get; init; }

    /// <summary>In ticks, before the first repeat.</summary>
    public long RepeatDelay { get; init; }

    /// <summary>Why an item could be in no batch, with values; null where it could.</summary>
    public string? FaultOf(BatchItem item)
    {
        var mostCost = Math.Min(Cost, ItemCost);
        return item.Bytes > Bytes ? $"The item has {item.Bytes} bytes, and a whole batch at most {Bytes} (MaxBytes)."
            : item.Cost > mostCost ? $"The item costs {item.Cost}, and one item at most {mostCost} ({(ItemCost < Cost ? "MaxItemCost" : "MaxCost")})."
            : null;
    }
}
