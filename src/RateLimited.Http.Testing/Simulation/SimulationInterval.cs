namespace RateLimited.Http.Testing.Simulation;

/// <summary>What happened in one interval.</summary>
/// <param name="Begin">When it begins.</param>
/// <param name="Length">How long it is.</param>
/// <param name="Requests">How many requests came.</param>
/// <param name="Admitted">How many went.</param>
/// <param name="Refused">How many were refused.</param>
/// <param name="MostWaiting">How many waited, at most at once.</param>
public sealed record SimulationInterval(TimeSpan Begin, TimeSpan Length, long Requests, long Admitted, long Refused, long MostWaiting);
