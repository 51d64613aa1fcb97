namespace RateLimited.Http.AI.Batching;

/// <summary>Where an item is on its way.</summary>
internal enum BatchItemPlace
{
    /// <summary>Nowhere yet.</summary>
    New,

    /// <summary>Waiting for a place in the full line.</summary>
    Outside,

    /// <summary>In line, in no batch yet.</summary>
    InLine,

    /// <summary>In a batch, under way or about to be.</summary>
    InBatch,

    /// <summary>It has its result, or its caller has left.</summary>
    Done,
}

/// <summary>One item as the line sees it. Not thread-safe: everything that changes belongs to the <see cref="BatchSchedule"/> it is in.</summary>
internal class BatchItem
{
    /// <summary>What must be equal between items of a batch.</summary>
    public required object Lane { get; init; }

    public long Bytes { get; init; }

    public long Cost { get; init; }

    public BatchItemPlace Place { get; set; }

    /// <summary>The instant it came into the line: from then on its delay counts.</summary>
    public long Arrived { get; set; }

    /// <summary>Which it is of all that came into the line.</summary>
    public long Sequence { get; set; }

    /// <summary>The batch it is in.</summary>
    public Batch? Batch { get; set; }

    /// <summary>Its neighbours in a <see cref="BatchItemList"/>.</summary>
    public BatchItem? Next { get; set; }

    public BatchItem? Previous { get; set; }
}
