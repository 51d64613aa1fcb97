namespace RateLimited.Http.Caching;

/// <summary>What a cache holds, and what became of the requests that came to it. Counts are since the program began.</summary>
/// <param name="Entries">How many answers it holds now.</param>
/// <param name="Bytes">About how much of memory they take.</param>
/// <param name="Hits">Requests that were answered by what was fresh, or by what is asked for anew meanwhile: they cost no quota.</param>
/// <param name="Confirmed">Requests whose kept answer the upstream confirmed: they cost a request, unless the upstream counts none, and no body.</param>
/// <param name="Stale">Requests that got an old answer rather than a refusal or a failure.</param>
/// <param name="Shared">Requests that waited for the answer to another that asked the same.</param>
/// <param name="Misses">Requests that the upstream answered.</param>
/// <param name="Evictions">Answers that left for want of room.</param>
public readonly record struct ResponseCacheStatus(int Entries, long Bytes, long Hits, long Confirmed, long Stale, long Shared, long Misses, long Evictions);
