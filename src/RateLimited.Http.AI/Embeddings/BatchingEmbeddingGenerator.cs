using Microsoft.Extensions.AI;
using RateLimited.Http.AI.Batching;
using RateLimited.Http.AI.Fallback;

namespace RateLimited.Http.AI.Embeddings;

/// <summary>
/// Sends the texts of concurrent calls together, and those of a large call in as many requests as the provider's bounds ask for. Results come in the order of each call's texts. Equal texts that are under way at the same
/// time are sent once. Only calls with equal options and an equal <see cref="RateLimitScope"/> share requests. What fails is repeated alone; a text that the upstream refuses fails alone. What a request used is divided
/// among its texts, to the last token; a text sent for several calls is counted once. Thread-safe; make one for the life of the program.
/// </summary>
public sealed class BatchingEmbeddingGenerator : DelegatingEmbeddingGenerator<string, Embedding<float>>
{
    private readonly Batcher<EmbeddingRequest, EmbeddingOutcome> _batcher;
    private readonly TextsUnderWay _underWay = new();
    private readonly TextTokens _tokens;
    private readonly long _mostTokens;
    private readonly string _defaultModel;
    private readonly string? _unit;

    /// <summary>Makes a generator.</summary>
    /// <param name="inner">Whoever makes the requests, through a limited <see cref="HttpClient"/>. It is disposed with this one.</param>
    /// <param name="options">The bounds of a request; null for OpenAI's.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Something is wrong in the options; it holds all faults.</exception>
    public BatchingEmbeddingGenerator(IEmbeddingGenerator<string, Embedding<float>> inner, EmbeddingBatchOptions? options = null, TimeProvider? time = null)
        : base(inner)
    {
        options ??= new EmbeddingBatchOptions();
        _batcher = new Batcher<EmbeddingRequest, EmbeddingOutcome>(SendAsync, EmbeddingBatchFaults.BatcherOptions(options), time ?? TimeProvider.System);
        _tokens = new TextTokens(options.TokenCounter);
        _mostTokens = Math.Min(options.MaxTokensPerText, options.MaxTokens);
        _unit = options.TokenUnit;
        _defaultModel = (inner.GetService(typeof(EmbeddingGeneratorMetadata)) as EmbeddingGeneratorMetadata)?.DefaultModelId ?? "";
    }

    /// <summary>Makes the embeddings of texts, together with those of other calls.</summary>
    /// <param name="values">The texts.</param>
    /// <param name="options">Options for all of them.</param>
    /// <param name="cancellationToken">Leaves; other calls do not notice.</param>
    /// <returns>One embedding for each text, in their order, and what they used together.</returns>
    /// <exception cref="EmbeddingFailuresException">Some of the texts have no embedding; it holds those of the others.</exception>
    /// <exception cref="BatchRejectedException">The line is full, or the generator was disposed.</exception>
    public override async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        cancellationToken.ThrowIfCancellationRequested();
        var answer = new EmbeddingAnswer(values);
        Dictionary<string, SharedText> joined = new(StringComparer.Ordinal);
        try
        {
            await JoinAsync(answer, EmbeddingOptionsKey.Of(options), joined, cancellationToken).ConfigureAwait(false);
            Task all = Task.WhenAll(joined.Values.Select(static shared => shared.OutcomeAsync()));
            await all.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
        catch
        {
            _underWay.Leave(joined.Values);
            throw;
        }

        Fill(answer, joined);
        return answer.ToEmbeddings();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _batcher.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Puts each text in line that is not under way yet, as many together as a request holds, and as fast as there are places.</summary>
    private async Task JoinAsync(EmbeddingAnswer answer, EmbeddingOptionsKey options, Dictionary<string, SharedText> joined, CancellationToken cancellationToken)
    {
        var lane = LaneKey.Of(options, RateLimitScope.Current);
        List<(SharedText Shared, EmbeddingRequest Request)> begun = [];
        try
        {
            for (var position = 0; position < answer.Texts.Count; position++)
            {
                if (RequestFor(answer, position, options, joined) is { } request)
                {
                    var shared = _underWay.Join(lane, request.Text, out var isNew);
                    joined.Add(request.Text, shared);
                    if (isNew)
                    {
                        begun.Add((shared, request));
                    }
                }

                if (begun.Count == _batcher.Together)
                {
                    await Begin(begun).WaitAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            await Begin(begun).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // Others may have joined what this call was to begin.
            _ = Begin(begun);
            throw;
        }
    }

    /// <summary>What is to be asked for the text at a position; null where it is asked for already, or cannot be.</summary>
    private EmbeddingRequest? RequestFor(EmbeddingAnswer answer, int position, EmbeddingOptionsKey options, Dictionary<string, SharedText> joined)
    {
        var text = answer.Texts[position];
        if (TextFaults.Of(text, position) is { } fault)
        {
            answer.Fail(position, fault);
            return null;
        }

        if (joined.ContainsKey(text))
        {
            return null;
        }

        var tokens = _tokens.Of(options.Model ?? _defaultModel, text);
        if (tokens > _mostTokens)
        {
            answer.Fail(position, TextFaults.TooLong(position, tokens, _mostTokens));
            return null;
        }

        return new EmbeddingRequest(text, options, tokens);
    }

    /// <summary>Puts texts in line. The task ends when all of them have a place.</summary>
    private Task Begin(List<(SharedText Shared, EmbeddingRequest Request)> texts)
    {
        var items = _batcher.Submit(texts.ConvertAll(static text => (text.Request, text.Shared.Left.Token)));
        for (var i = 0; i < items.Count; i++)
        {
            _ = CompleteAsync(texts[i].Shared, items[i].ResultAsync());
        }

        texts.Clear();
        return Batcher<EmbeddingRequest, EmbeddingOutcome>.EnteredAsync(items);
    }

    private static void Fill(EmbeddingAnswer answer, Dictionary<string, SharedText> joined)
    {
        for (var position = 0; position < answer.Texts.Count; position++)
        {
            if (answer.Texts[position] is { } text && joined.TryGetValue(text, out var shared))
            {
                answer.Put(position, shared.OutcomeAsync());
            }
        }
    }

    private async Task CompleteAsync(SharedText shared, Task<EmbeddingOutcome> sending)
    {
        Task ended = sending;
        await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _underWay.Remove(shared);
        shared.Complete(sending);
    }

    private async Task<IReadOnlyList<BatchResult<EmbeddingOutcome>>> SendAsync(IReadOnlyList<EmbeddingRequest> requests, CancellationToken cancellationToken)
    {
        using var scope = RateLimitScope.Begin(SettingsOf(requests, RateLimitScope.Current));
        FallbackRun.IsStandIn = requests[0].Options.StandsIn;
        return await EmbeddingOutcomes.AskAsync(
            InnerGenerator,
            [.. requests.Select(static request => request.Text)],
            requests[0].Options.Copy,
            [.. requests.Select(static request => request.Tokens)],
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What a request says to the limits, besides what its callers said.</summary>
    private RequestSettings SettingsOf(IReadOnlyList<EmbeddingRequest> requests, RequestSettings? said) => new()
    {
        // The same text has the same embedding however often it is asked for, which a POST does not say by itself.
        Repeatable = said?.Repeatable ?? true,
        Costs = _unit is null || said?.Costs?.Any(cost => string.Equals(cost.Unit, _unit, StringComparison.Ordinal)) == true
            ? null
            : [new UnitCost(_unit, requests.Sum(static request => request.Tokens))],
    };
}
