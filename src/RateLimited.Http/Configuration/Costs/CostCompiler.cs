using RateLimited.Http.Costs;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Configuration;

/// <summary>Turns valid costs into what the rooms below work with.</summary>
internal static class CostCompiler
{
    /// <summary>Who estimates a service's costs; null where nobody does.</summary>
    /// <param name="options">The options.</param>
    /// <param name="estimators">Those that are not in the options.</param>
    public static CostPlan? Plan(ServiceRateLimitingOptions options, IEnumerable<ICostEstimator> estimators)
    {
        IEnumerable<ICostEstimator> added = options.Additions.Select(addition => addition.Estimator(options)).OfType<ICostEstimator>();
        ICostEstimator[] all = options.CostEstimator is { } own ? [own, .. estimators, .. added] : [.. estimators, .. added];
        CostRule[] rules = [.. options.Costs.Where(static cost => !IsFixed(cost.Value)).Select(static cost => Rule(cost.Key, cost.Value))];
        return all.Length == 0 && rules.Length == 0 ? null : new CostPlan(all, rules.Length == 0 ? null : new CostRules(rules));
    }

    /// <summary>What every request costs, where nothing else is said: it needs no look at the request.</summary>
    public static IReadOnlyList<UnitCost> Fixed(ServiceRateLimitingOptions options) =>
        [.. options.Costs.Where(static cost => IsFixed(cost.Value) && cost.Value.Amount is not null).Select(static cost => UnitCost.Of(cost.Key, cost.Value.Amount.GetValueOrDefault()))];

    private static bool IsFixed(CostOptions cost) => cost is { From: null, Settled: null };

    private static CostRule Rule(string unit, CostOptions cost) => new(unit)
    {
        Amount = cost.Amount,
        From = CostSource.TryParse(cost.From, out var from) ? from : null,
        Amounts = cost.Amounts.Count == 0 ? null : new AmountTable<decimal>(cost.Amounts),
        Per = cost.Per,
        Settled = CostSource.TryParse(cost.Settled, out var settled) ? settled : null,
    };
}
