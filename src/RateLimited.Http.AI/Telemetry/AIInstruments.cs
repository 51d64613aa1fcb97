using System.Diagnostics.Metrics;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.AI.Telemetry;

/// <summary>
/// What this package counts, on a meter of the core's name, so that whoever collects the one collects the other. Tags come from closed sets and from names of the program's own: no text, model, tenant or key that a
/// caller sends is ever one. What listeners throw is swallowed: it must not lose an answer.
/// </summary>
internal static class AIInstruments
{
    private static readonly Counter<long> CacheLookups =
        RateLimitingInstruments.SharedMeter.CreateCounter<long>("ai.cache.lookups", "{text}", "Texts that came to a cache of embeddings, by what became of them.");

    private static readonly Counter<long> Fallbacks =
        RateLimitingInstruments.SharedMeter.CreateCounter<long>("ai.fallbacks", "{call}", "Calls that went on to another client or model, by why, by where to and by what became of them there.");

    private static readonly Counter<long> Choices =
        RateLimitingInstruments.SharedMeter.CreateCounter<long>("ai.model_choices", "{call}", "Calls whose model was chosen, by the model.");

    private static readonly Histogram<long> Batches = RateLimitingInstruments.SharedMeter.CreateHistogram(
        "ai.batch.size",
        "{item}",
        "Items that went in one call, by what became of the call.",
        tags: null,
        new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048] });

    public static void Batch(int items, bool isAnswered)
    {
        if (!Batches.Enabled)
        {
            return;
        }

        try
        {
            Batches.Record(items, new KeyValuePair<string, object?>("result", isAnswered ? "answered" : "failed"));
        }
#pragma warning disable CA1031 // Whoever listens is somebody else's code.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    public static void CacheLookup(string result, int texts) => Add(CacheLookups, texts, [new("result", result)]);

    public static void FellBack(string reason, string step, string result) => Add(Fallbacks, 1, [new("reason", reason), new("step", step), new("result", result)]);

    public static void Chose(string model) => Add(Choices, 1, [new("model", model)]);

    private static void Add(Counter<long> counter, long amount, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!counter.Enabled)
        {
            return;
        }

        try
        {
            counter.Add(amount, tags);
        }
#pragma warning disable CA1031 // Whoever listens is somebody else's code.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
