namespace RateLimited.Http.Testing.Simulation;

/// <summary>The simulation beside the arithmetic, for as many items of the work as it ran.</summary>
/// <param name="Items">How many items it ran, all of them unless there are very many.</param>
/// <param name="Simulated">How long they took in the simulation, where all limits decide together.</param>
/// <param name="Calculated">How long the slowest limit alone takes for as many.</param>
public sealed record PlanCheck(long Items, TimeSpan Simulated, TimeSpan Calculated);
