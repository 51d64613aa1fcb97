namespace RateLimited.Http.Alerts.Rules;

/// <summary>What a rule sees of one subject.</summary>
/// <param name="Subject">The name of the limit, the key or the budget; null where there is none.</param>
/// <param name="Value">In the rule's unit; null where too little happened to say anything, which counts as calm.</param>
internal readonly record struct Measured(string? Subject, double? Value);
