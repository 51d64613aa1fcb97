namespace RateLimited.Http.Simulation.Tests.Oracles;

/// <summary>What more may go for than a limit says.</summary>
/// <param name="Since">How often, since an instant, something happened for which as much again may go.</param>
/// <param name="Lateness">By how much, in ticks, something may go later than it was counted.</param>
internal sealed record Excuses(Func<long, int> Since, Func<long> Lateness);
