namespace RateLimited.Http.Resilience;

/// <summary>When a request is sent once more beside itself. Immutable.</summary>
/// <param name="Delay">How long there must be no response.</param>
/// <param name="MaxHedges">How often it is sent besides, each after the same time.</param>
internal sealed record HedgingRule(TimeSpan Delay, int MaxHedges);
