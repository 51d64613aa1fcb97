namespace RateLimited.Http.Testing.Simulation;

/// <summary>One request that somebody wants to send in a simulation.</summary>
/// <param name="At">When it comes, from the beginning of the simulation on.</param>
/// <param name="Request">What it asks of the limits.</param>
/// <param name="Latency">How long the upstream takes to answer it. Default: null, what the simulation says.</param>
public readonly record struct SimulatedRequest(TimeSpan At, AdmissionRequest Request, TimeSpan? Latency = null);
