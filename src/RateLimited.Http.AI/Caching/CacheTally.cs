using RateLimited.Http.AI.Telemetry;

namespace RateLimited.Http.AI.Caching;

/// <summary>Counts what becomes of texts. Thread-safe.</summary>
internal sealed class CacheTally
{
    private long _hits;
    private long _shared;
    private long _misses;
    private long _corrupt;
    private long _failures;

    public EmbeddingCacheCounts Counts => new(
        Interlocked.Read(ref _hits), Interlocked.Read(ref _shared), Interlocked.Read(ref _misses), Interlocked.Read(ref _corrupt), Interlocked.Read(ref _failures));

    public void Hit()
    {
        Interlocked.Increment(ref _hits);
        AIInstruments.CacheLookup("hit", 1);
    }

    public void Share(int texts)
    {
        if (texts > 0)
        {
            Interlocked.Add(ref _shared, texts);
            AIInstruments.CacheLookup("shared", texts);
        }
    }

    /// <param name="finding">What the distributed cache said.</param>
    public void Miss(VectorFinding finding)
    {
        Interlocked.Increment(ref _misses);
        switch (finding)
        {
            case VectorFinding.Corrupt:
                Interlocked.Increment(ref _corrupt);
                AIInstruments.CacheLookup("corrupt", 1);
                break;
            case VectorFinding.Failed:
                Interlocked.Increment(ref _failures);
                AIInstruments.CacheLookup("failed", 1);
                break;
            default:
                AIInstruments.CacheLookup("miss", 1);
                break;
        }
    }

    /// <summary>So many vectors could not be kept.</summary>
    public void Fail(int vectors)
    {
        if (vectors > 0)
        {
            Interlocked.Add(ref _failures, vectors);
            AIInstruments.CacheLookup("not_kept", vectors);
        }
    }
}
