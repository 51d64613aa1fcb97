namespace RateLimited.Http.Testing.Simulation;

/// <summary>The work can never be done so. The message says in a sentence what stands in its way.</summary>
/// <param name="sentence">What stands in its way.</param>
public sealed class ImpossiblePlanException(string sentence) : Exception(sentence);
