using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using RateLimited.Http.AI.Batching;
using RateLimited.Http.AI.Embeddings;
using RateLimited.Http.AI.Fallback;

namespace RateLimited.Http.AI.Caching;

/// <summary>
/// Gives embeddings that were made before, from memory and from a distributed cache, by the SHA-256 of text, model, dimensions and what else the options say. However many ask for the same at once, it is asked for once; who
/// leaves does not take it from the others. A cache that fails, is slow or holds something else costs no answer. Calls whose options hold what cannot be compared go past it. Embeddings of a fallback are not kept. Put it
/// outside of a <see cref="BatchingEmbeddingGenerator"/>. Thread-safe; make one for the life of the program.
/// </summary>
public sealed class CachingEmbeddingGenerator : DelegatingEmbeddingGenerator<string, Embedding<float>>
{
    private readonly VectorsUnderWay _underWay = new();
    private readonly MemoryVectors? _memory;
    private readonly DistributedVectors? _distributed;
    private readonly CacheTally _tally = new();
    private readonly TimeSpan _lifetime;
    private readonly string? _model;
    private readonly VectorVariant? _plain;

    /// <summary>Makes a generator.</summary>
    /// <param name="inner">Whoever makes embeddings. It is disposed with this one.</param>
    /// <param name="memory">Where embeddings are kept in this process; null for nowhere. It stays its owner's.</param>
    /// <param name="distributed">Where embeddings are shared with other processes; null for nowhere. It stays its owner's.</param>
    /// <param name="options">What is kept, for how long and how much of it; null for the defaults.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">There is neither cache.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Something is wrong in the options; it holds all faults.</exception>
    public CachingEmbeddingGenerator(
        IEmbeddingGenerator<string, Embedding<float>> inner, IMemoryCache? memory, IDistributedCache? distributed, EmbeddingCacheOptions? options = null, TimeProvider? time = null)
        : base(inner)
    {
        options ??= new EmbeddingCacheOptions();
        EmbeddingCacheFaults.ThrowIfAny(options);
        _memory = memory is null ? null : new MemoryVectors(memory, options.MaxMemoryBytes);
        _distributed = distributed is null ? null : new DistributedVectors(distributed, options, time ?? TimeProvider.System);
        _lifetime = options.Lifetime;
        _model = options.Model ?? (inner.GetService(typeof(EmbeddingGeneratorMetadata)) as EmbeddingGeneratorMetadata)?.DefaultModelId;
        _plain = _model is null ? null : VectorVariant.Of(_model, options: null);
        if (memory is null && distributed is null)
        {
            throw new ArgumentException("A cache needs a place: give it an IMemoryCache, an IDistributedCache, or both.", nameof(memory));
        }
    }

    /// <summary>How many texts came so far, by what became of them.</summary>
    public EmbeddingCacheCounts Counts => _tally.Counts;

    /// <summary>Gives the embeddings of texts, and asks for those that were not made before.</summary>
    /// <param name="values">The texts.</param>
    /// <param name="options">Options for all of them.</param>
    /// <param name="cancellationToken">Leaves; other calls do not notice.</param>
    /// <returns>One embedding for each text, in their order, and what those used together that were asked for by this call.</returns>
    /// <exception cref="EmbeddingFailuresException">Some of the texts have no embedding; it holds those of the others.</exception>
    /// <exception cref="InvalidOperationException">It is not known what the model is called.</exception>
    public override Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        cancellationToken.ThrowIfCancellationRequested();
        var model = options?.ModelId ?? _model ?? throw new InvalidOperationException(
            "The cache does not know what the model is called, and must not mix vectors of different ones: set EmbeddingCacheOptions.Model, or the call's ModelId.");
        if ((options is null ? _plain : VectorVariant.Of(model, options)) is not { } variant)
        {
            return base.GenerateAsync(values, options, cancellationToken);
        }

        var answer = new EmbeddingAnswer(values);
        List<(int Position, VectorKey Key)>? missing = null;
        for (var position = 0; position < answer.Texts.Count; position++)
        {
            var text = answer.Texts[position];
            if (TextFaults.Of(text, position) is { } fault)
            {
                answer.Fail(position, fault);
                continue;
            }

            var key = variant.KeyOf(text);
            if (_memory?.Find(key) is { } vector)
            {
                _tally.Hit();
                answer.Put(position, Made(vector, model));
            }
            else
            {
                (missing ??= []).Add((position, key));
            }
        }

        return missing is null ? answer.ToTask() : LookAsync(answer, missing, new CacheCall(model, variant, options?.Clone()), cancellationToken);
    }

    private async Task<GeneratedEmbeddings<Embedding<float>>> LookAsync(EmbeddingAnswer answer, List<(int Position, VectorKey Key)> missing, CacheCall call, CancellationToken cancellationToken)
    {
        Dictionary<VectorKey, SharedVector> joined = [];
        var own = _underWay.Join(missing.Select(each => (each.Key, answer.Texts[each.Position])), joined);
        _tally.Share(missing.Count - own.Vectors.Count);
        if (own.Vectors.Count > 0)
        {
            _ = FetchAsync(own, call);
        }

        Task all = Task.WhenAll(joined.Values.Select(static vector => vector.OutcomeAsync()));
        await all.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!all.IsCompleted)
        {
            _underWay.Leave(joined.Values);
            cancellationToken.ThrowIfCancellationRequested();
        }

        foreach (var (position, key) in missing)
        {
            answer.Put(position, joined[key].OutcomeAsync());
        }

        return answer.ToEmbeddings();
    }

    /// <summary>Looks for vectors on behalf of all who wait for them. Each has its outcome in the end, and is kept before anybody can miss it again.</summary>
    private async Task FetchAsync(VectorFetch fetch, CacheCall call)
    {
        SharedFailures<EmbeddingOutcome> failures = default;
        BatchResult<EmbeddingOutcome>[] outcomes;
        try
        {
            outcomes = await FindAsync(fetch, call).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // It is the failure of everybody who waits.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            outcomes = new BatchResult<EmbeddingOutcome>[fetch.Vectors.Count];
            Array.Fill(outcomes, BatchResult.Failed<EmbeddingOutcome>(failure));
        }

        _underWay.Remove(fetch);
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i].IsFailed)
            {
                fetch.Vectors[i].Fail(failures.TaskOf(outcomes[i].Failure!));
            }
            else
            {
                fetch.Vectors[i].Complete(outcomes[i].Value);
            }
        }
    }

    private async Task<BatchResult<EmbeddingOutcome>[]> FindAsync(VectorFetch fetch, CacheCall call)
    {
        var token = fetch.Left.Token;
        var outcomes = new BatchResult<EmbeddingOutcome>[fetch.Vectors.Count];
        List<int> missed = [];
        var found = _distributed is null ? null : await _distributed.FindAsync(fetch.Vectors.ConvertAll(static vector => vector.Key), call.Variant.Dimensions, token).ConfigureAwait(false);
        for (var i = 0; i < outcomes.Length; i++)
        {
            // Another call may have kept it between this one's look and its joining.
            if (_memory?.Find(fetch.Vectors[i].Key) is { } kept)
            {
                _tally.Hit();
                outcomes[i] = new EmbeddingOutcome(Made(kept, call.Model), Share: null);
            }
            else if (found?[i] is { Finding: VectorFinding.Found } hit)
            {
                _tally.Hit();
                _memory?.Keep(fetch.Vectors[i].Key, hit.Vector!, hit.Left);
                outcomes[i] = new EmbeddingOutcome(Made(hit.Vector!, call.Model), Share: null);
            }
            else
            {
                _tally.Miss(found?[i].Finding ?? VectorFinding.None);
                missed.Add(i);
            }
        }

        if (missed.Count > 0)
        {
            await AskAsync(fetch, call, missed, outcomes).ConfigureAwait(false);
        }

        return outcomes;
    }

    /// <summary>Asks for what was missed. Where all of it fails for one reason, what was found is not lost with it.</summary>
    private async Task AskAsync(VectorFetch fetch, CacheCall call, List<int> missed, BatchResult<EmbeddingOutcome>[] outcomes)
    {
        try
        {
            await AskAndKeepAsync(fetch, call, missed, outcomes).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // It is the failure of everybody who waits for one of these.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            missed.ForEach(i => outcomes[i] = BatchResult.Failed<EmbeddingOutcome>(failure));
        }
    }

    private async Task AskAndKeepAsync(VectorFetch fetch, CacheCall call, List<int> missed, BatchResult<EmbeddingOutcome>[] outcomes)
    {
        var texts = missed.ConvertAll(i => fetch.Vectors[i].Text);
        var asked = await EmbeddingOutcomes.AskAsync(InnerGenerator, texts, call.Options, texts.ConvertAll(static text => (long)text.Length), fetch.Left.Token).ConfigureAwait(false);
        if (asked.Count != missed.Count)
        {
            throw new InvalidOperationException($"The inner generator returned {asked.Count} embeddings for {missed.Count} texts.");
        }

        List<(VectorKey Key, float[] Vector)> keep = [];
        for (var i = 0; i < asked.Count; i++)
        {
            outcomes[missed[i]] = asked[i];
            if (!asked[i].IsFailed && asked[i].Value.Embedding is { Vector.Length: > 0 } embedding && !FallbackMark.IsOn(embedding))
            {
                // Copied: the vector may be a part of something much larger, and whoever made it may write to it.
                var (key, vector) = (fetch.Vectors[missed[i]].Key, embedding.Vector.ToArray());
                _memory?.Keep(key, vector, _lifetime);
                keep.Add((key, vector));
            }
        }

        if (_distributed is not null && keep.Count > 0)
        {
            _tally.Fail(keep.Count - await _distributed.KeepAsync(keep, CancellationToken.None).ConfigureAwait(false));
        }
    }

    private static Embedding<float> Made(float[] vector, string model) => new(vector) { ModelId = model };
}
