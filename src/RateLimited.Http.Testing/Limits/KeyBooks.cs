namespace RateLimited.Http.Testing.Limits;

/// <summary>The books of one API key. Immutable.</summary>
/// <param name="Label">What other texts call the key: <c>key 1</c> came first.</param>
/// <param name="Admitted">How many requests were admitted.</param>
/// <param name="Refused">How many were refused.</param>
public sealed record KeyBooks(string Label, long Admitted, long Refused);
