namespace RateLimited.Http.Testing.Simulation;

/// <summary>How long one limit alone would take for the work.</summary>
/// <param name="Name">The limit's name.</param>
/// <param name="IsShared">Whether all keys share it, so that more of them do not help.</param>
/// <param name="Unit">The unit that it counts in.</param>
/// <param name="Cost">What an item costs of it.</param>
/// <param name="Quota">How much of it goes in a window, or how many slots it has.</param>
/// <param name="Window">The window; zero for a limit on concurrency.</param>
/// <param name="Duration">From the beginning until the last answer.</param>
public sealed record LimitPace(string Name, bool IsShared, string Unit, decimal Cost, decimal Quota, TimeSpan Window, TimeSpan Duration);
