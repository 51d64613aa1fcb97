namespace RateLimited.Http.History;

/// <summary>How many refusals there were, by a name. Immutable.</summary>
/// <param name="Top">The names with the most refusals, at most 20. Null is the name of those that have none.</param>
/// <param name="Others">How many refusals the other names have together.</param>
public sealed record RefusalRanking(IReadOnlyList<RankedRefusals> Top, long Others);

/// <summary>The refusals of one name. Immutable.</summary>
/// <param name="Name">The name; null where there is none.</param>
/// <param name="Count">How many there were.</param>
public sealed record RankedRefusals(string? Name, long Count);
