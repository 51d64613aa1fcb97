using System.Numerics;

namespace RateLimited.Http.Telemetry;

/// <summary>
/// A slot for each processor, so that threads which run at once mostly write to different cache lines. A thread may be moved at any time, so what lies in a slot is anybody's: which one a thread uses is a matter of
/// speed alone.
/// </summary>
internal static class ProcessorSlots
{
    /// <summary>Whoever reads a sum reads all of them.</summary>
    private const int Most = 16;

    /// <summary>How often a thread uses a slot before it asks again where it runs, which costs ten times as much as remembering.</summary>
    private const int LooksEvery = 64;

    /// <summary>Where the thread ran when it last looked, above how often that is still taken for true.</summary>
    [ThreadStatic]
    private static int _seen;

    /// <summary>How many there are: a power of two.</summary>
    public static int Count { get; } = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, Most));

    /// <summary>The slot of the processor that the thread runs on, or ran on a moment ago.</summary>
    public static int Mine
    {
        get
        {
            var seen = _seen--;
            return seen % LooksEvery == 0 ? Look() : seen / LooksEvery;
        }
    }

    private static int Look()
    {
        var mine = Thread.GetCurrentProcessorId() & (Count - 1);
        _seen = (mine * LooksEvery) + LooksEvery - 1;
        return mine;
    }
}
