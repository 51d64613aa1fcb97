namespace RateLimited.Http.Telemetry;

/// <summary>One tag of an instrument.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">Every value that it can have; null where these are names in the configuration.</param>
internal sealed record InstrumentTag(string Name, string[]? Values = null);

/// <summary>
/// Which tags each instrument has, and what they can be: what docs/reference/metrics.md is generated from, and what tests hold every measurement to. Nothing at run time reads it.
/// </summary>
internal static class InstrumentTags
{
    private static readonly InstrumentTag Service = new(TagValues.Service);
    private static readonly InstrumentTag Limit = new(TagValues.Limit);
    private static readonly InstrumentTag Key = new(TagValues.Key);
    private static readonly InstrumentTag Unit = new(TagValues.Unit);
    private static readonly InstrumentTag Priority = new(TagValues.Priority, TagValues.Priorities);

    private static readonly Dictionary<string, InstrumentTag[]> All = new(StringComparer.Ordinal)
    {
        ["rate_limit.checks"] = [Service, Result(TagValues.Results)],
        ["rate_limit.refusals"] = [Service, Reason(TagValues.Reasons)],
        ["rate_limit.wait.duration"] = [Service, Priority],
        ["rate_limit.attempt.duration"] = [Service, Result(TagValues.AttemptResults)],
        ["rate_limit.cost.ratio"] = [Service, Unit],
        ["rate_limit.queue.length"] = [Service, Priority],
        ["rate_limit.queue.capacity"] = [Service],
        ["rate_limit.queue.memory"] = [Service],
        ["rate_limit.in_flight"] = [Service],
        ["rate_limit.usage_ratio"] = [Service, Limit, new(TagValues.Paced, TagValues.Paces)],
        ["rate_limit.partitions"] = [Service, Limit],
        ["rate_limit.partitions.memory"] = [Service, Limit],
        ["rate_limit.partitions.evictions"] = [Service, Limit],
        ["rate_limit.backoff"] = [Service],
        ["rate_limit.unexpected_429"] = [Service],
        ["rate_limit.abandoned_bodies"] = [Service],
        ["rate_limit.reloads"] = [Service, Result(TagValues.ReloadResults)],
        ["rate_limit.store.changes"] = [Service, State(TagValues.StoreStates)],
        ["rate_limit.store.lost_leases"] = [Service],
        ["rate_limit.store.duration"] = [Service, Result(TagValues.StoreResults)],
        ["api.quota"] = [Service, Limit],
        ["api.quota.remaining"] = [Service, Limit],
        ["api.keys"] = [Service, State(TagValues.KeyStates)],
        ["api.key.state"] = [Service, Key, State(TagValues.KeyStates)],
        ["api.key.headroom"] = [Service, Key],
        ["api.key.requests"] = [Service, Key],
        ["api.key.moves"] = [Service, Key, Reason(TagValues.MoveReasons)],
        ["api.key.changes"] = [Service, Key, State(TagValues.KeyStates)],
        ["resilience.retries"] = [Service, Reason(TagValues.Failures)],
        ["resilience.retries_left_out"] = [Service, Reason(TagValues.RetryDecisions)],
        ["resilience.circuit.state"] = [Service, State(TagValues.BreakerStates)],
        ["resilience.circuit.changes"] = [Service, State(TagValues.CircuitStates)],
        ["resilience.circuit.refusals"] = [Service],
        ["resilience.body_failures"] = [Service, Reason(TagValues.BodyFailures)],
        ["resilience.redirects"] = [Service, Result(TagValues.RedirectResults)],
        ["resilience.fallbacks"] = [Service, Reason(TagValues.FallbackCauses), Result(TagValues.FallbackResults)],
        ["resilience.hedges"] = [Service, Result(TagValues.HedgeResults)],
    };

    /// <summary>The names of the instruments, in the reference's order.</summary>
    public static IReadOnlyCollection<string> Instruments => All.Keys;

    /// <summary>The tags of an instrument.</summary>
    public static IReadOnlyList<InstrumentTag> Of(string instrument) => All[instrument];

    private static InstrumentTag Result(string[] values) => new(TagValues.Result, values);

    private static InstrumentTag Reason(string[] values) => new(TagValues.Reason, values);

    private static InstrumentTag State(string[] values) => new(TagValues.State, values);
}
