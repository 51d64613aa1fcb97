namespace RateLimited.Http.Caching.Telemetry;

/// <summary>What became of a request that a kept answer could have been for. The names are tags of metrics.</summary>
internal enum CacheResult
{
    /// <summary>It was answered by what was fresh.</summary>
    Hit,

    /// <summary>It was answered by what was stale, which is being asked for anew, or which it took so.</summary>
    HitStale,

    /// <summary>The upstream confirmed the kept answer.</summary>
    Confirmed,

    /// <summary>It got an old answer rather than a refusal.</summary>
    StaleLimited,

    /// <summary>It got an old answer rather than a failure.</summary>
    StaleFailed,

    /// <summary>The upstream answered.</summary>
    Miss,

    /// <summary>It failed or was refused, and there was nothing to give.</summary>
    Failed,
}
