using RateLimited.Http.AI.Estimation;
using RateLimited.Http.AI.Money;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.AI.Configuration;

/// <summary>What token costs add to a service: an estimator, budgets that refuse, and units that are counted in parts.</summary>
/// <param name="tokens">What the service has learned and spent.</param>
/// <param name="options">The options.</param>
/// <param name="counter">The container's exact tokenizer, or null.</param>
internal sealed class TokenCostAddition(ServiceTokens tokens, TokenCostOptions options, ITokenCounter? counter) : ServiceAddition
{
    private const int PartsOfAMinute = 1_000;

    private static readonly TimeSpan GroqsAudioMinimum = TimeSpan.FromSeconds(10);

    public TokenCostOptions Options => options;

    public override IEnumerable<LimitOptions> Limits => options.Budgets.Where(static budget => budget is { Then: BudgetAction.Refuse }).Select(LimitOf).OfType<LimitOptions>();

    public override IEnumerable<KeyValuePair<string, int>> Parts => [KeyValuePair.Create(AIUnits.Usd, UnitCost.Finest), KeyValuePair.Create(AIUnits.AudioMinutes, PartsOfAMinute)];

    public override void Check(FaultList faults, string path) => TokenCostFaults.Check(faults, $"{path}:AI", options);

    public override ICostEstimator Estimator(ServiceRateLimitingOptions service)
    {
        tokens.Apply(options, [.. options.Budgets.Select(RuleOf)]);
        return new TokenEstimator(tokens, new TokenRules(
            (double)options.Margin,
            options.Reserve,
            options.ExpectedOutput,
            options.CachedTokens,
            IsGroq(service),
            options.GivesBack,
            (decimal)AudioMinimum(service).TotalSeconds,
            new PriceTable(options.Prices, options.ReadPrices),
            options.Counter ?? counter));
    }

    /// <summary>Groq leaves cached tokens out of its limits (console.groq.com/docs/rate-limits).</summary>
    private static bool IsGroq(ServiceRateLimitingOptions service) =>
        "groq".Equals(service.Preset, StringComparison.OrdinalIgnoreCase) || "groq".Equals(service.Dialect?.Known, StringComparison.OrdinalIgnoreCase);

    private TimeSpan AudioMinimum(ServiceRateLimitingOptions service) => options.AudioMinimum ?? (IsGroq(service) ? GroqsAudioMinimum : TimeSpan.Zero);

    private static LimitOptions? LimitOf(BudgetOptions budget)
    {
        if (!LimitOptions.TryParse(budget.Limit, out var limit, out _))
        {
            return null;
        }

        limit.Name = NameOf(limit);
        return limit;
    }

    private static string NameOf(LimitOptions limit) => $"budget {limit.EffectiveName}";

    private static BudgetRule RuleOf(BudgetOptions budget)
    {
        var limit = LimitOptions.Parse(budget.Limit!);
        return new BudgetRule(NameOf(limit), DefinitionCompiler.Rule(limit, UnitCost.Finest), budget.WarnPercent);
    }
}
