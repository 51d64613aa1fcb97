namespace RateLimited.Http.AI.Models;

/// <summary>Budgets that are limits of a service, such as <c>"20 usd/day"</c>.</summary>
public static class ModelBudget
{
    /// <summary>How much of a service's budgets is used, for <see cref="ModelChoiceOptions.BudgetUsed"/>: of its limits of a unit, the share of the fullest; zero where it has none.</summary>
    /// <param name="limiter">The service's limits.</param>
    /// <param name="unit">The unit of money in them.</param>
    public static Func<double> Of(IServiceRateLimiter limiter, string unit = "usd")
    {
        ArgumentNullException.ThrowIfNull(limiter);
        ArgumentException.ThrowIfNullOrWhiteSpace(unit);
        return () => limiter.GetStatus().Limits
            .Where(limit => string.Equals(limit.Unit, unit, StringComparison.Ordinal) && limit.Quota > 0)
            .Select(static limit => (double)limit.Used / limit.Quota)
            .DefaultIfEmpty()
            .Max();
    }
}
