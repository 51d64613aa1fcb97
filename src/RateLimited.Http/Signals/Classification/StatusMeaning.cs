namespace RateLimited.Http.Signals.Classification;

/// <summary>What a dialect means by a status, where it differs from what others mean.</summary>
internal readonly record struct StatusMeaning(int Status, ResponseKind Kind, ResponseScope Scope);
