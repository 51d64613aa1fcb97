namespace RateLimited.Http.Dashboard.Metrics;

/// <summary>The instruments that the page reads of other packages, which are there or not.</summary>
internal static class FigureNames
{
    public const string Cost = "ai.cost";
    public const string BudgetSpent = "ai.budget.ratio";
    public const string BudgetProjected = "ai.budget.projection";

    /// <summary>What every instrument about repeated requests begins with.</summary>
    public const string Redundancy = "rate_limit.redundancy.";
}
