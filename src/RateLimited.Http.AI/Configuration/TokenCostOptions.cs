namespace RateLimited.Http.AI;

/// <summary>How a service's requests to models are priced: the section <c>AI</c> of a service's.</summary>
public sealed class TokenCostOptions
{
    /// <summary>
    /// By how much estimates of prompts are raised, so that few fall short: 1 to 5. It shrinks as answers tell how far they are off. Counts of <see cref="Counter"/> are not raised.
    /// Default: 1.2.
    /// </summary>
    public decimal Margin { get; set; } = 1.2m;

    /// <summary>What is charged for an answer before anybody knows how long it will be. Default: <see cref="OutputReserve.MaxTokens"/>.</summary>
    public OutputReserve Reserve { get; set; }

    /// <summary>How many tokens answers are expected to have before twenty were seen, where the request does not say how many they may have: 1 to 1 000 000. Default: 500.</summary>
    public long ExpectedOutput { get; set; } = 500;

    /// <summary>Whether tokens of prompts that come from the provider's cache count. Default: <see cref="CachedTokens.Provider"/>.</summary>
    public CachedTokens CachedTokens { get; set; }

    /// <summary>Whether what was reserved and not used comes back when the answer tells. Default: true. False for an upstream that counts what it reserved, whatever was used.</summary>
    public bool GivesBack { get; set; } = true;

    /// <summary>The least that audio is charged, 0 s to 1 h. Default: null, the provider's: 10 s at Groq (console.groq.com/docs/speech-to-text), nothing elsewhere.</summary>
    public TimeSpan? AudioMinimum { get; set; }

    /// <summary>What models cost, by name; a name may end with <c>*</c>, and the longest that fits counts, in any case of letters. It wins over <see cref="PriceFile"/>. Default: none.</summary>
    public IDictionary<string, ModelPrice> Prices { get; } = new Dictionary<string, ModelPrice>(StringComparer.OrdinalIgnoreCase);

    /// <summary>A file of prices in JSON, laid out as the package's own (<c>docs/ai.md</c>), which it wins over. It is read again with the configuration. Default: null, none.</summary>
    public string? PriceFile { get; set; }

    /// <summary>What may be spent. Default: as much as there is.</summary>
    public IList<BudgetOptions> Budgets { get; } = [];

    /// <summary>What a request for embeddings may hold, and how long a text waits for others to share it with. Default: OpenAI's bounds.</summary>
    public Embeddings.EmbeddingBatchOptions Embeddings { get; } = new();

    /// <summary>Which model a call goes to that names none: the first of these that is for it. Default: none, the client's own.</summary>
    public IList<ModelOptions> Models { get; } = [];

    /// <summary>The models that answer when the one that was asked is limited, in this order. Default: none.</summary>
    public IList<string> Fallback { get; } = [];

    /// <summary>Why others answer. Default, while the list is empty: <see cref="FallbackCause.Limited"/>, <see cref="FallbackCause.Refused"/> and <see cref="FallbackCause.CircuitOpen"/>.</summary>
    public IList<FallbackCause> FallbackOn { get; } = [];

    /// <summary>An exact tokenizer. Default: null, the container's <see cref="ITokenCounter"/>, by the service's name or without one, and else none: tokens are estimated.</summary>
    public ITokenCounter? Counter { get; set; }

    /// <summary>Sets what a model costs.</summary>
    /// <param name="model">The model's name; it may end with <c>*</c>.</param>
    /// <param name="price">The price.</param>
    public TokenCostOptions Price(string model, ModelPrice price)
    {
        ArgumentNullException.ThrowIfNull(model);
        Prices[model] = price;
        return this;
    }

    /// <summary>Adds a budget.</summary>
    /// <param name="limit">The budget as a limit in dollars in its short form, such as <c>20 usd/day fixed</c>.</param>
    /// <param name="then">What happens when it is spent.</param>
    public TokenCostOptions Budget(string limit, BudgetAction then = BudgetAction.Refuse)
    {
        Budgets.Add(new BudgetOptions { Limit = limit, Then = then });
        return this;
    }

    /// <summary>What the price file says; null where there is none.</summary>
    internal Money.PriceFile? ReadPrices { get; set; }

    /// <summary>What is wrong with the price file; null where nothing is.</summary>
    internal string? PriceFault { get; set; }
}
