namespace RateLimited.Http.AI.Batching;

/// <summary>
/// What must be equal between items of a batch: what the batcher's owner says, and all that a <see cref="RateLimitScope"/> says of the requests made for them, for the batch's one request says it for all. Costs and
/// settlements are compared as the objects that they are.
/// </summary>
internal sealed record LaneKey(
    object? Own,
    RequestPriority? Priority,
    string? Tenant,
    string? Endpoint,
    string? Partition,
    IReadOnlyList<UnitCost>? Costs,
    TimeSpan? QueueTimeout,
    bool? Bypass,
    bool? Repeatable,
    CostSettlement? Settlement)
{
    private static readonly LaneKey Plain = Of(own: null, new RequestSettings());

    public static LaneKey Of(object? own, RequestSettings? settings) => (own, settings) switch
    {
        (null, null) => Plain,
        (_, null) => Plain with { Own = own },
        _ => new LaneKey(
            own, settings.Priority, settings.Tenant, settings.Endpoint, settings.Partition, settings.Costs, settings.QueueTimeout, settings.Bypass, settings.Repeatable,
            settings.Settlement),
    };
}
