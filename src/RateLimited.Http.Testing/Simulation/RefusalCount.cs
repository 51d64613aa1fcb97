namespace RateLimited.Http.Testing.Simulation;

/// <summary>How often requests were refused for one reason.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Limit">The limit's name; null where none refused.</param>
/// <param name="Count">How many.</param>
public sealed record RefusalCount(RejectionReason Reason, string? Limit, long Count);
