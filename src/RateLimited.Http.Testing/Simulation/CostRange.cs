namespace RateLimited.Http.Testing.Simulation;

/// <summary>What requests cost of a unit: any amount from one to another in whole steps, each as likely.</summary>
/// <param name="Unit">The unit, as limits write it.</param>
/// <param name="Least">The least that one costs.</param>
/// <param name="Most">The most that one costs.</param>
public readonly record struct CostRange(string Unit, decimal Least, decimal Most);
