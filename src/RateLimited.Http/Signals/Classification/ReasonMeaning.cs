namespace RateLimited.Http.Signals.Classification;

/// <summary>Whom a refusal concerns, by the word that a dialect has for why.</summary>
internal readonly record struct ReasonMeaning(string Reason, ResponseScope Scope);
