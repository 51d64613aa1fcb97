namespace RateLimited.Http.AI.Batching;

/// <summary>What a failure says of what to do next.</summary>
internal enum FailureMeaning
{
    /// <summary>Nothing: the item has failed.</summary>
    Final,

    /// <summary>It may be the fault of other items of the call: smaller parts will tell.</summary>
    MayBeOthers,

    /// <summary>It may pass: the item is sent again later.</summary>
    MayPass,
}

/// <summary>One item that a call brought no result for.</summary>
internal readonly record struct ItemFailure(BatchItem Item, Exception Failure, FailureMeaning Meaning);
