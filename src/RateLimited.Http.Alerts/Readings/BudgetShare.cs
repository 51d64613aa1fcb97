namespace RateLimited.Http.Alerts.Readings;

/// <summary>Percent of a budget that are spent, or that it comes to at its period's end.</summary>
internal sealed record BudgetShare(string Service, string Budget, double Percent, bool IsProjection);
