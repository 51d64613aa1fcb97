namespace RateLimited.Http.Arena.Demand;

/// <summary>One call that somebody wants to make.</summary>
/// <param name="At">When, from the beginning of the cell on. Callers that ask again at once do not look at it.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Tokens">What it costs in tokens, where the upstream counts those; where it does not tell the cost beforehand, how long its answer may be.</param>
internal readonly record struct Call(TimeSpan At, string Tenant, int Tokens);
