namespace RateLimited.Http.Redis;

/// <summary>Where the limits over all services, <c>RateLimiting:Global:Limits</c>, are counted.</summary>
public enum RedisGlobalLimits
{
    /// <summary>Each process counts them for itself.</summary>
    PerProcess,

    /// <summary>
    /// In Redis, in the same step with each service's own limits: all of a request's limits or none. All keys of all services then lie on one node of a cluster, and every decision writes the same key.
    /// </summary>
    CoLocated,

    /// <summary>
    /// In Redis, under a key of their own. Each process takes blocks ahead, for <see cref="RedisStoreOptions.GlobalTakeAhead"/>, and spends them with the requests of all of its services; what is left goes
    /// back. Services stay on their nodes of a cluster.
    /// </summary>
    Blocks,
}
