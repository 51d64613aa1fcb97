namespace RateLimited.Http.Limits.Learning;

/// <summary>What a process that learns of a limit knows of all that count it.</summary>
/// <param name="Processes">How many there are.</param>
/// <param name="InFlight">How much all of them have under way.</param>
/// <param name="PerSecond">How much all of them sent in a second until lately.</param>
/// <param name="Latest">How much all of them sent in the half second under way.</param>
internal readonly record struct FleetView(int Processes, long InFlight, double PerSecond, long Latest);
