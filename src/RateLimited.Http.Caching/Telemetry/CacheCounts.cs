namespace RateLimited.Http.Caching.Telemetry;

/// <summary>Counts what becomes of a service's requests. Thread-safe.</summary>
internal sealed class CacheCounts(string service, CacheTelemetry telemetry)
{
    private readonly long[] _results = new long[Enum.GetValues<CacheResult>().Length];
    private long _shared;

    public void Looked(CacheResult result)
    {
        Interlocked.Increment(ref _results[(int)result]);
        telemetry.Looked(service, result);
    }

    public void Kept() => telemetry.Kept(service);

    public void Waited()
    {
        Interlocked.Increment(ref _shared);
        telemetry.Waited(service);
    }

    public void Invalidated(int answers) => telemetry.Invalidated(service, answers);

    public ResponseCacheStatus Status(int entries, long bytes, long evictions) => new(
        entries,
        bytes,
        Of(CacheResult.Hit) + Of(CacheResult.HitStale),
        Of(CacheResult.Confirmed),
        Of(CacheResult.StaleLimited) + Of(CacheResult.StaleFailed),
        Interlocked.Read(ref _shared),
        Of(CacheResult.Miss),
        evictions);

    private long Of(CacheResult result) => Interlocked.Read(ref _results[(int)result]);
}
