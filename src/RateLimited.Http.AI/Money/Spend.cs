namespace RateLimited.Http.AI;

/// <summary>What one service has spent at one moment, by the price table: an estimate and no bill. It is counted since the program began. Immutable.</summary>
public sealed record Spend
{
    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>The day on which the package's own prices were those; prices of the options have their own.</summary>
    public required DateOnly PricesOf { get; init; }

    /// <summary>US dollars since the program began.</summary>
    public required decimal Total { get; init; }

    /// <summary>US dollars since midnight, UTC.</summary>
    public required decimal Today { get; init; }

    /// <summary>US dollars since the first of the month, UTC.</summary>
    public required decimal ThisMonth { get; init; }

    /// <summary>What today comes to if it goes on as it has today; null before a hundredth of the day was seen.</summary>
    public required decimal? TodayProjected { get; init; }

    /// <summary>What the month comes to if it goes on as it has this month; null before a hundredth of it was seen.</summary>
    public required decimal? ThisMonthProjected { get; init; }

    /// <summary>Requests whose model has no price: they are in no sum.</summary>
    public required long UnpricedRequests { get; init; }

    /// <summary>By model, the dearest first.</summary>
    public required IReadOnlyList<ModelSpend> Models { get; init; }

    /// <summary>By tenant, the dearest first; those of no tenant have an empty name. At most 10 000, the rest together.</summary>
    public required IReadOnlyList<NamedSpend> Tenants { get; init; }

    /// <summary>By key, by its name, the dearest first; empty where the service has no key pool.</summary>
    public required IReadOnlyList<NamedSpend> Keys { get; init; }

    /// <summary>The budgets.</summary>
    public required IReadOnlyList<BudgetStatus> Budgets { get; init; }
}

/// <summary>What one model was asked and cost, and how well its tokens are estimated. Immutable.</summary>
public sealed record ModelSpend
{
    /// <summary>The model, as requests name it; empty for those beyond 256.</summary>
    public required string Model { get; init; }

    /// <summary>Answers that reported usage, or whose cost stands as estimated.</summary>
    public required long Requests { get; init; }

    /// <summary>Tokens of prompts, those of caches included.</summary>
    public required long InputTokens { get; init; }

    /// <summary>Of them, those that came from a cache.</summary>
    public required long CachedTokens { get; init; }

    /// <summary>Tokens of answers.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>US dollars; null where the model has no price.</summary>
    public required decimal? Usd { get; init; }

    /// <summary>How many answers the estimator has learned from.</summary>
    public required int Learned { get; init; }

    /// <summary>By how much estimates of prompts are off on average, as a part of them; of about the last fifty.</summary>
    public required double EstimateError { get; init; }

    /// <summary>The margin that estimates are raised by now.</summary>
    public required double Margin { get; init; }
}

/// <summary>What somebody has spent. Immutable.</summary>
/// <param name="Name">Who.</param>
/// <param name="Usd">US dollars since the program began.</param>
public sealed record NamedSpend(string Name, decimal Usd);

/// <summary>A budget at one moment. Immutable.</summary>
/// <param name="Name">The budget's name.</param>
/// <param name="Quota">US dollars that may be spent in its window.</param>
/// <param name="Spent">US dollars that are.</param>
/// <param name="Projected">What the window comes to if it goes on as it has; null for a sliding window, and before a hundredth of the window was seen.</param>
public sealed record BudgetStatus(string Name, decimal Quota, decimal Spent, decimal? Projected);
