namespace RateLimited.Http.Testing.Simulation;

/// <summary>How long requests waited before they went. Exact: by nearest rank over all of them.</summary>
/// <param name="Mean">On average.</param>
/// <param name="P50">As long as half of them, or shorter.</param>
/// <param name="P90">As long as nine in ten.</param>
/// <param name="P99">As long as 99 in a hundred.</param>
/// <param name="Max">The longest.</param>
public sealed record WaitTimes(TimeSpan Mean, TimeSpan P50, TimeSpan P90, TimeSpan P99, TimeSpan Max);
