using RateLimited.Http.AI.Batching;

namespace RateLimited.Http.AI.Embeddings;

/// <summary>
/// What one request for embeddings may hold, and how long a text waits for others to share it with. The defaults are OpenAI's bounds (its API reference and openai-python's embedding_create_params.py, 2026-08-21): 2 048
/// texts, 8 192 tokens each, 300 000 in all. Read once, when the generator is made.
/// </summary>
public sealed class EmbeddingBatchOptions
{
    /// <summary>How many texts a request has at most, 1 to 1 000 000. Default: 2 048.</summary>
    public int MaxTexts { get; set; } = 2_048;

    /// <summary>How many tokens the texts of a request have at most, 1 to 10^12. Default: 300 000.</summary>
    public long MaxTokens { get; set; } = 300_000;

    /// <summary>How many tokens a text has at most, 1 to 10^12: one with more fails alone, unsent. Default: 8 192.</summary>
    public long MaxTokensPerText { get; set; } = 8_192;

    /// <summary>How many bytes, in UTF-8, the texts of a request have at most, 1 to 10^12; a text with more fails alone, unsent. Default: null, no bound.</summary>
    public long? MaxBytes { get; set; }

    /// <summary>
    /// Counts the tokens of a text. Without one, or where it does not know the model, they are taken to be a third of the text's bytes in UTF-8: more than they are in any language with spaces, about right in others. What is
    /// counted too low is refused by the upstream, and the request divided. Default: null, none.
    /// </summary>
    public ITokenCounter? TokenCounter { get; set; }

    /// <summary>
    /// The unit in which a request tells the service's limits how many tokens its texts are taken to have, such as <c>tokens</c>: for limits of that unit where nothing else prices requests. What a
    /// <see cref="RateLimitScope"/> says of the unit wins. Default: null, requests tell nothing.
    /// </summary>
    public string? TokenUnit { get; set; }

    /// <summary>How long a text waits for others, 0 to 1 hour: the most that batching adds while a request may go. Default: 20 ms.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How many requests are under way at once, 1 to 1 000. While all are, requests that are not full keep filling. Default: 4.</summary>
    public int MaxConcurrentCalls { get; set; } = 4;

    /// <summary>How many texts wait to be sent at most, 1 to 1 000 000. Default: 100 000.</summary>
    public int QueueLength { get; set; } = 100_000;

    /// <summary>What happens to a text that finds the line full. Default: <see cref="BatchOverflow.Wait"/>.</summary>
    public BatchOverflow Overflow { get; set; }

    /// <summary>
    /// Whether a failed request may be the fault of single texts: it is then sent again in halves until these stand alone and fail alone. Default: null, when the upstream answered 400, 413 or 422.
    /// </summary>
    public Func<Exception, bool>? SplitOn { get; set; }

    /// <summary>
    /// How often the texts of a request that failed for reasons which may pass are sent again, 0 to 20, and no others. The client's own retries come before it and multiply with it. Default: 1.
    /// </summary>
    public int MaxRepeats { get; set; } = 1;

    /// <summary>How long the first repeat waits, 0 to 1 hour; each further one twice as long. Default: 1 s.</summary>
    public TimeSpan RepeatDelay { get; set; } = TimeSpan.FromSeconds(1);
}
