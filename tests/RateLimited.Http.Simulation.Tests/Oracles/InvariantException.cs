namespace RateLimited.Http.Simulation.Tests.Oracles;

/// <summary>Something that was promised does not hold.</summary>
internal sealed class InvariantException(string message) : Exception(message);
